"""Fixtures of all tests. Which database they run on: tests/support/databases.py."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings

from config import Settings
from tesa.core import clock as wall_clock
from tesa.core.vault import create_key_file
from tests.support.client import OutsideClient
from tests.support.compiled_statements import share_compiled
from tests.support.compiled_templates import COMPILED
from tests.support.databases import Databases, PostgresDatabases, databases
from tests.support.fake_gateway import FakeGateway
from tests.support.fake_media import FakeMedia
from tests.support.moved_clock import MovedClock
from tests.support.settings import close_engines, make_settings, migrate_at
from tests.support.twilio import Twilio

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# No deadline: two cores shared by several processes say nothing about the speed of one example.
hypothesis_settings.register_profile("tesa", deadline=None, print_blob=True)
hypothesis_settings.load_profile("tesa")


ONCE = ("rules", "practice", "web")  # folders whose tests touch no database of ours
ONCE_IN_THE_VAULT = {"test_pieces.py", "test_providers.py", "test_recovery.py", "test_speed.py", "test_swaps.py"}


@pytest.hookimpl(tryfirst=True)  # before pytest reads the markers
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests are the same on every database."""
    for item in items:
        if item.path.parent.name in ONCE or (item.path.parent.name == "vault" and item.path.name in ONCE_IN_THE_VAULT):
            item.add_marker("once")


def pytest_collection_finish() -> None:
    """What is loaded stays loaded: the garbage collector need not look at it again between any two tests."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the key-encryption key of this run."""
    path = tmp_path_factory.mktemp("keys") / "keys"
    create_key_file(path)
    return path


@pytest.fixture(scope="session")
def _databases(key_file: Path) -> Iterator[Databases]:
    made = databases(lambda url: migrate_at(url, key_file))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _only_on_postgresql(request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("postgres") and not isinstance(
        request.getfixturevalue("_databases"), PostgresDatabases
    ):
        pytest.skip("needs PostgreSQL")


@pytest.fixture
def database_url(_databases: Databases) -> str:
    """A migrated database of this test's own; it holds nothing but purpose keys."""
    return _databases.fresh()


@pytest.fixture
def empty_database_url(_databases: Databases) -> str:
    """A database without any table."""
    return _databases.empty()


@pytest.fixture
def settings(database_url: str, key_file: Path, tmp_path: Path) -> Settings:
    """Settings of a whole installation."""
    return make_settings(database_url, key_file, audit_dir=tmp_path / "audit")


@pytest.fixture
def gateway() -> FakeGateway:
    """Twilio's place: remembers what it was asked."""
    return FakeGateway()


@pytest.fixture
def media() -> FakeMedia:
    """The files that lie at Twilio."""
    return FakeMedia()


@pytest.fixture
def clock() -> Iterator[MovedClock]:
    """A clock that the test moves; until then it stands at MovedClock's beginning."""
    moved = MovedClock()
    wall_clock.use(moved)
    yield moved
    wall_clock.use(None)


@pytest.fixture
def app(settings: Settings, gateway: FakeGateway, media: FakeMedia) -> Iterator[Flask]:
    """TeSA with a database of this test's own, its context pushed. Nothing is sent until the outbox is swept."""
    from tesa.app import create_app

    app = create_app(settings, gateway=gateway, threads=False, media=media)
    app.test_client_class = OutsideClient
    app.jinja_env.bytecode_cache = COMPILED
    with app.app_context():
        share_compiled()
        yield app
    close_engines(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody has signed in."""
    return app.test_client()


@pytest.fixture
def new_client(app: Flask) -> Callable[[], FlaskClient]:
    """Further browsers."""
    return app.test_client


@pytest.fixture
def twilio(client: FlaskClient, settings: Settings) -> Twilio:
    """Twilio's side of the webhooks."""
    return Twilio(client, settings)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for the whole run: Playwright allows one in a process."""
    from tests.support.chromium import launched  # most runs need no browser

    with launched() as browser:
        yield browser
