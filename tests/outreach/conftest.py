"""Fixtures of outreach."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from tests.outreach.night import Night
from tests.support.fake_gateway import FakeGateway
from tests.support.settings import make_settings


@pytest.fixture
def settings(database_url: str, key_file: Path) -> Settings:
    """An installation whose coordinators are known by their accounts alone."""
    return make_settings(database_url, key_file, coordinator_numbers=())


@pytest.fixture
def night(app: Flask, gateway: FakeGateway) -> Night:
    """A night that begins at night.START."""
    return Night(app, gateway)
