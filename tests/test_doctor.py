"""Each line of `tesa doctor`, fit and unfit, against a real TeSA and a real stand-in for Twilio on loopback."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import make_url, text
from werkzeug.serving import make_server

from config import Settings
from tesa.app import create_app
from tesa.cli import main
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.doctor import Finding, examine
from tesa.doctor.database import look_at_database
from tesa.doctor.examine import MEANINGS
from tesa.doctor.files import look_at_files
from tesa.doctor.outside import look_outside
from tesa.telephony.models import Heartbeat
from tests.support.fake_gateway import FakeGateway
from tests.support.processes import free_port
from tests.support.settings import close_engines, environment

NOW = datetime.now(UTC)


def by_name(findings: Iterable[Finding]) -> dict[str, bool | None]:
    return {finding.name: finding.fit for finding in findings}


@pytest.fixture
def twilio_api() -> Iterator[Callable[[int, timedelta], str]]:
    """Starts a stand-in for api.twilio.com that answers with a status and a clock that is off by so much."""
    servers: list[HTTPServer] = []

    def start(status: int = 200, skew: timedelta = timedelta(0)) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response_only(status)
                self.send_header("Date", format_datetime(datetime.now(UTC) + skew, usegmt=True))
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def served(settings: Settings) -> Iterator[Settings]:
    """A running TeSA; its settings."""
    port = free_port()
    conf = replace(settings, public_url=f"http://127.0.0.1:{port}", port=port)
    app = create_app(conf, gateway=FakeGateway())
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield conf
    server.shutdown()
    server.server_close()
    close_engines(app)


def test_outside_all_is_fit(served: Settings, twilio_api: Callable[..., str]) -> None:
    lines = by_name(look_outside(replace(served, twilio_api_base_url=twilio_api()), datetime.now(UTC)))
    assert lines == {"public-url": True, "signature": True, "auth-token": True, "clock": True}


def test_another_token_is_seen_at_the_signature(served: Settings, twilio_api: Callable[..., str]) -> None:
    other = replace(served, twilio_auth_tokens=("of another",), twilio_api_base_url=twilio_api(401))
    lines = by_name(look_outside(other, datetime.now(UTC)))
    assert (lines["public-url"], lines["signature"], lines["auth-token"]) == (True, False, False)


def test_nobody_answers(settings: Settings) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    lines = by_name(look_outside(replace(settings, public_url=nowhere, twilio_api_base_url=nowhere), datetime.now(UTC)))
    assert lines == {"public-url": False, "auth-token": False, "clock": None}


@pytest.mark.parametrize(("skew", "fit"), [(5, True), (-5, True), (120, False), (-3600, False)])
def test_the_clock(served: Settings, twilio_api: Callable[..., str], skew: int, fit: bool) -> None:
    conf = replace(served, twilio_api_base_url=twilio_api(200, timedelta(seconds=skew)))
    assert by_name(look_outside(conf, datetime.now(UTC)))["clock"] is fit


def private(folder: Path, name: str, mode: int = 0o600) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / name
    path.write_text("x")
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("key_mode", "folder_mode", "fit"),
    [(0o600, 0o700, True), (0o400, 0o755, True), (0o644, 0o700, False), (0o600, 0o777, False), (0o640, 0o700, False)],
)
def test_the_key_file(settings: Settings, tmp_path: Path, key_mode: int, folder_mode: int, fit: bool) -> None:
    key = private(tmp_path / "keys", "kek", key_mode)
    key.parent.chmod(folder_mode)
    assert by_name(look_at_files(replace(settings, key_file=key), tmp_path / "none"))["key-file"] is fit


def test_a_key_file_that_is_missing_or_in_the_tree(settings: Settings, tmp_path: Path) -> None:
    none = tmp_path / "none"
    assert by_name(look_at_files(replace(settings, key_file=none), none))["key-file"] is False
    inside = Path(__file__).parents[1] / "pyproject.toml"
    assert by_name(look_at_files(replace(settings, key_file=inside), none))["key-file"] is False
    assert "key-file" not in by_name(look_at_files(replace(settings, key_file=none, file_keys=False), none))


@pytest.mark.parametrize(("mode", "fit"), [(0o600, True), (0o400, True), (0o644, False), (0o660, False)])
def test_env_and_database_files(settings: Settings, tmp_path: Path, mode: int, fit: bool) -> None:
    env, file = private(tmp_path / "a", ".env", mode), private(tmp_path / "b", "tesa.db", mode)
    lines = by_name(look_at_files(replace(settings, database_url=f"sqlite:///{file}"), env))
    assert (lines["env-file"], lines["database-file"]) == (fit, fit)
    file.parent.chmod(0o777)
    assert by_name(look_at_files(replace(settings, database_url=f"sqlite:///{file}"), env))["database-file"] is False


def test_a_database_that_is_not_there_and_one_that_is_no_file(settings: Settings, tmp_path: Path) -> None:
    missing = replace(settings, database_url=f"sqlite:///{tmp_path / 'none.db'}")
    assert by_name(look_at_files(missing, tmp_path / "none"))["database-file"] is False
    server = replace(settings, database_url="postgresql+psycopg://tesa@/tesa")
    assert "database-file" not in by_name(look_at_files(server, tmp_path / "none"))


def test_the_second_place(settings: Settings, tmp_path: Path) -> None:
    place = tmp_path / "audit"
    conf = replace(settings, audit_dir=place)
    assert by_name(look_at_files(conf, tmp_path / "none"))["second-place"] is None
    place.mkdir(mode=0o700)
    assert by_name(look_at_files(conf, tmp_path / "none"))["second-place"] is True
    place.chmod(0o777)
    assert by_name(look_at_files(conf, tmp_path / "none"))["second-place"] is False


def test_the_worker_and_the_keys(app: Flask) -> None:
    assert by_name(look_at_database(NOW))["worker"] is False
    with transaction():
        db.session.merge(Heartbeat(name="worker", at=NOW - timedelta(seconds=2)))
    lines = by_name(look_at_database(NOW))
    assert (lines["keys"], lines["worker"]) == (True, True)
    assert by_name(look_at_database(NOW + timedelta(minutes=5)))["worker"] is False


def test_a_database_without_tables(empty_database_url: str, settings: Settings) -> None:
    app = create_app(replace(settings, database_url=empty_database_url), gateway=FakeGateway())
    with app.app_context():
        assert False in by_name(look_at_database(NOW)).values()
    close_engines(app)


@pytest.mark.postgres
def test_the_rights_of_the_role(app: Flask, settings: Settings) -> None:
    lines = by_name(look_at_database(NOW))
    assert (lines["database-role"], lines["audit-rights"]) == (False, False), "the tests run as a superuser"
    role = make_url(settings.database_url).database
    with transaction():
        db.session.execute(text(f'CREATE ROLE "{role}" LOGIN'))
        db.session.execute(text(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "{role}"'))
        db.session.execute(text(f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO "{role}"'))
        db.session.execute(text(f'REVOKE UPDATE, DELETE ON audit_entry FROM "{role}"'))
    url = make_url(settings.database_url).set(username=role).render_as_string(hide_password=False)
    ordinary = create_app(replace(settings, database_url=url), gateway=FakeGateway())
    with ordinary.app_context():
        lines = by_name(look_at_database(NOW))
    close_engines(ordinary)
    with transaction():
        db.session.execute(text(f'DROP OWNED BY "{role}"'))
        db.session.execute(text(f'DROP ROLE "{role}"'))
    assert (lines["database-role"], lines["audit-rights"]) == (True, True)


def test_every_setting_has_a_line_and_every_unfit_one_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    lines = {finding.name: finding for finding in examine({"TESA_SECRET_KEY": "changeme" * 8, "FLASK_DEBUG": "1"})}
    assert set(MEANINGS) <= set(lines)
    unfit = {name for name, finding in lines.items() if finding.fit is False}
    assert unfit == {
        "TESA_SECRET_KEY", "TESA_KEY_FILE", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TESA_VOICE_NUMBER", "FLASK_DEBUG",
    }  # fmt: skip
    assert all(" / " in lines[name].sentence for name in unfit)


def test_no_secret_is_printed(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    nowhere = f"http://127.0.0.1:{free_port()}"
    environ = {
        **environment(replace(settings, twilio_api_base_url=nowhere, public_url=nowhere)),
        "TESA_METRICS_TOKEN": "m" * 40,
    }
    said = " ".join(finding.sentence for finding in examine(environ))
    assert settings.twilio_auth_tokens[0] not in said
    assert settings.secret_key not in said
    assert "m" * 40 not in said


def test_the_command_exits_1_when_something_is_unfit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["doctor", "--json"], env={"TESA_SECRET_KEY": None})
    assert result.exit_code == 1
    assert '"fit": false' in result.output
