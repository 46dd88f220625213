"""The sample application and its browserless client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tesa.core import clock
from tests.web.sample import NOW, make_sample


@pytest.fixture(autouse=True)
def _still_clock() -> Iterator[None]:
    clock.use(lambda: NOW)
    yield
    clock.use(None)


@pytest.fixture
def app() -> Flask:
    """The sample application, somebody signed in."""
    return make_sample()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser's place, without scripts."""
    return app.test_client()
