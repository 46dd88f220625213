"""The hotline of each story."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.stories.line import Hotline
from tests.support.fake_gateway import FakeGateway
from tests.support.moved_clock import MovedClock
from tests.support.twilio import Twilio


@pytest.fixture
def hotline(app: Flask, twilio: Twilio, gateway: FakeGateway, clock: MovedClock) -> Hotline:
    """A quiet night with nobody on the rota yet."""
    return Hotline(app, twilio, gateway, clock)
