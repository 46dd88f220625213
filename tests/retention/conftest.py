"""An installation whose second place belongs to this test alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from tesa.accounts.public import StaffMember
from tests.support.people import make_staff
from tests.support.settings import make_settings


@pytest.fixture
def settings(database_url: str, key_file: Path, tmp_path: Path) -> Settings:
    """Settings of a whole installation."""
    return make_settings(database_url, key_file, audit_dir=tmp_path / "audit")


@pytest.fixture
def owner(app: Flask) -> StaffMember:
    """A psychologist."""
    return make_staff("psychologist")
