"""The document gets to where Twilio finds it when TeSA is down, and stays right there."""

from __future__ import annotations

import json
import stat
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner
from defusedxml.ElementTree import fromstring
from flask import Flask
from sqlalchemy import select

from config import Settings
from tesa.accounts.models import Notice
from tesa.accounts.public import StaffMember
from tesa.continuity.cli import fallback_group
from tesa.continuity.exporting import export_due, is_due
from tesa.continuity.jobs import Exporting
from tesa.continuity.queries import places
from tesa.core.db import db
from tesa.core.outside import Bucket
from tesa.core.transactions import transaction
from tesa.doctor import Finding
from tesa.doctor.continuity import look_at_fallback
from tesa.psychologists.actions.add_assignment import add_assignment
from tesa.psychologists.actions.remove_assignment import remove_assignment
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, make_staff
from tests.support.s3 import S3
from tests.support.settings import COORDINATOR_NUMBERS, VOICE_NUMBER, make_settings

STATIC = {"Response", "Say", "Dial", "Number", "Hangup"}
MIN = timedelta(minutes=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "served"


@pytest.fixture
def settings(database_url: str, key_file: Path, tmp_path: Path, folder: Path) -> Settings:
    return make_settings(database_url, key_file, audit_dir=tmp_path / "audit", fallback_dir=folder)


@pytest.fixture
def first(app: Flask, clock: MovedClock) -> StaffMember:
    """On the first line until eight hours from now."""
    person = make_staff()
    make_shift(person.id, ends_at=clock.now() + timedelta(hours=8))
    return person


def numbers(folder: Path) -> list[str]:
    return [n.text or "" for n in fromstring((folder / "hotline.xml").read_bytes()).iter("Number")]


def doctor(app: Flask, clock: MovedClock) -> dict[str, bool | None]:
    return {line.name: line.fit for line in look_at_fallback(app.extensions["tesa_settings"], clock.now())}


def test_the_document_needs_nothing_of_ours(app: Flask, clock: MovedClock, first: StaffMember, folder: Path) -> None:
    second, relief = make_staff(), make_staff()
    make_shift(second.id, tier=2)
    make_shift(relief.id, starts_at=clock.now() + 5 * MIN)
    make_shift(make_staff(phone=None).id)
    assert export_due(clock.now()) == {"directory": ""}
    document = fromstring((folder / "hotline.xml").read_bytes())
    assert {element.tag for element in document.iter()} == STATIC
    dial = document.find("Dial")
    assert dial.attrib == {"callerId": VOICE_NUMBER, "timeout": "15", "sequential": "true"}
    assert numbers(folder) == [first.phone, relief.phone, second.phone, *COORDINATOR_NUMBERS]
    assert "satu satu dua" in "".join(document.itertext())
    assert stat.S_IMODE((folder / "hotline.xml").stat().st_mode) == 0o640
    assert sorted(p.name for p in folder.iterdir()) == ["hotline.checked.json", "hotline.xml"], "nothing is left over"


def test_it_is_exported_at_each_change_of_the_rota_and_written_only_then(
    app: Flask, clock: MovedClock, first: StaffMember, folder: Path
) -> None:
    export_due(clock.now())
    assert not is_due(clock.now())
    before = (folder / "hotline.xml").stat().st_ino
    clock.advance(301)
    assert is_due(clock.now())
    export_due(clock.now())
    assert (folder / "hotline.xml").stat().st_ino == before, "the same document is not written again"
    assert json.loads((folder / "hotline.checked.json").read_text())["checked_at"] == clock.now().isoformat()
    late = make_staff()
    with transaction():
        shift = add_assignment(late.id, "hotline", 1, clock.now(), clock.now() + 60 * MIN, None, clock.now())
    assert is_due(clock.now()), "the mark stands in the transaction of the change"
    export_due(clock.now())
    assert late.phone in numbers(folder)
    with pytest.raises(ZeroDivisionError), transaction():
        remove_assignment(shift, None, clock.now())
        raise ZeroDivisionError
    assert not is_due(clock.now())
    with transaction():
        remove_assignment(shift, None, clock.now() + MIN)
    clock.advance(60)
    exporting = Exporting()
    exporting(clock.now())
    exporting.wait()
    assert numbers(folder) == [first.phone, *COORDINATOR_NUMBERS]


def test_a_file_that_somebody_took_away_comes_back(
    app: Flask, clock: MovedClock, first: StaffMember, folder: Path
) -> None:
    export_due(clock.now())
    (folder / "hotline.xml").unlink()
    clock.advance(300)
    export_due(clock.now())
    assert numbers(folder) == [first.phone, *COORDINATOR_NUMBERS]


def test_what_cannot_be_written_is_tried_again_and_told_after_a_quarter_of_an_hour(
    app: Flask, clock: MovedClock, first: StaffMember, folder: Path
) -> None:
    coordinator = make_staff("coordinator")
    folder.write_text("a file where the folder should be")
    for _minute in range(14):
        export_due(clock.now())
        clock.advance(60)
    row = places()["directory"]
    assert (row.done_at, row.failures > 5, bool(row.error)) == (None, True, True)
    assert db.session.scalars(select(Notice)).all() == []
    assert doctor(app, clock)["fallback-directory"] is False
    clock.advance(120)
    export_due(clock.now())
    clock.advance(120)
    export_due(clock.now())
    told = db.session.scalars(select(Notice)).all()
    assert [(n.account_id, n.urgent) for n in told] == [(coordinator.id, True)], "once"
    folder.unlink()
    clock.advance(120)
    assert export_due(clock.now()) == {"directory": ""}
    db.session.rollback()
    assert places()["directory"].failing_since is None


def test_the_doctor_compares_it_with_the_rota(app: Flask, clock: MovedClock, first: StaffMember, folder: Path) -> None:
    assert doctor(app, clock)["fallback-directory"] is False, "never exported"
    export_due(clock.now())
    assert doctor(app, clock) == {"fallback-directory": True, "fallback": None, "self-call": None}
    clock.advance(599)
    assert doctor(app, clock)["fallback-directory"] is True
    clock.advance(1)
    assert doctor(app, clock)["fallback-directory"] is False, "stale"
    export_due(clock.now())
    make_shift(make_staff().id, tier=2)  # behind the back of the mark
    assert doctor(app, clock)["fallback-directory"] is False, "another rota"
    export_due(clock.now(), force=True)
    document = (folder / "hotline.xml").read_text()
    one, two = COORDINATOR_NUMBERS
    (folder / "hotline.xml").write_text(document.replace(one, "x").replace(two, one).replace("x", two))
    assert doctor(app, clock)["fallback-directory"] is False, "another order"


@pytest.fixture
def elsewhere(folder: Path) -> Iterator[str]:
    """The folder, served by a web server that is not TeSA's."""
    folder.mkdir()
    handler = partial(Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.mark.once
def test_the_doctor_asks_where_twilio_would_ask(
    app: Flask, clock: MovedClock, first: StaffMember, folder: Path, elsewhere: str
) -> None:
    def said(name: str) -> Finding:
        app.extensions["tesa_settings"] = replace(
            app.extensions["tesa_settings"], fallback_name=name, fallback_url=f"{elsewhere}/{name}"
        )
        export_due(clock.now(), force=True)
        lines = look_at_fallback(app.extensions["tesa_settings"], clock.now())
        return next(line for line in lines if line.name == "fallback")

    secret = "f" * 32 + ".xml"
    good = said(secret)
    assert good.fit is True
    assert f"{elsewhere}/{secret}#ct=2000&rt=4000&rc=2&rp=ct,rt,5xx (GET)" in good.sentence
    assert "/twilio/voice#" in good.sentence
    assert said("hotline.xml").fit is False, "numbers of staff at an address that is easy to guess"
    (folder / secret).write_text("<Response><Dial><Number>+6211</Number></Dial></Response>")
    lines = look_at_fallback(
        replace(app.extensions["tesa_settings"], fallback_url=f"{elsewhere}/{secret}"), clock.now()
    )
    assert [line.fit for line in lines if line.name == "fallback"] == [False]


@pytest.mark.once
def test_the_commands(app: Flask, clock: MovedClock, first: StaffMember, folder: Path) -> None:
    done = CliRunner().invoke(fallback_group, ["export"])
    assert (done.exit_code, numbers(folder)[0]) == (0, first.phone)
    shown = CliRunner().invoke(fallback_group, ["show"])
    assert shown.output.strip().encode() == (folder / "hotline.xml").read_bytes()
    said = json.loads(CliRunner().invoke(fallback_group, ["show", "--json"]).output)
    assert (said["numbers"][0], said["places"]["directory"]["same"]) == (first.phone, True)
    app.extensions["tesa_settings"] = replace(app.extensions["tesa_settings"], fallback_dir=None)
    assert CliRunner().invoke(fallback_group, ["export"]).exit_code == 1


@pytest.fixture
def s3() -> Iterator[S3]:
    with S3() as s3:
        yield s3


def with_bucket(app: Flask, bucket: Bucket) -> None:
    app.extensions["tesa_settings"] = replace(
        app.extensions["tesa_settings"], fallback_dir=None, fallback_bucket=bucket, fallback_name="f" * 32 + ".xml"
    )


@pytest.mark.once
def test_a_bucket_over_real_http(app: Flask, clock: MovedClock, first: StaffMember, s3: S3) -> None:
    with_bucket(app, s3.bucket)
    assert export_due(clock.now()) == {"bucket": ""}
    there = s3.client().get_object(Bucket=s3.bucket.name, Key="f" * 32 + ".xml")
    assert there["ContentType"] == "text/xml; charset=utf-8"
    assert [n.text for n in fromstring(there["Body"].read()).iter("Number")] == [first.phone, *COORDINATOR_NUMBERS]
    assert doctor(app, clock)["fallback-bucket"] is True
    clock.advance(300)
    s3.switch_off()
    assert export_due(clock.now()) == {"bucket": "EndpointConnectionError"}
    assert doctor(app, clock)["fallback-bucket"] is False
    s3.switch_on()
    clock.advance(15)
    assert export_due(clock.now()) == {"bucket": ""}
    with_bucket(app, replace(s3.bucket, name="of-somebody-else"))
    assert export_due(clock.now(), force=True) == {"bucket": "NoSuchBucket"}


@pytest.mark.once
def test_a_change_of_the_rota_during_the_export_is_not_lost(
    app: Flask, clock: MovedClock, first: StaffMember, s3: S3
) -> None:
    with_bucket(app, s3.bucket)
    late = make_staff()

    def change() -> None:
        with app.app_context(), transaction():
            add_assignment(late.id, "hotline", 1, clock.now(), clock.now() + 60 * MIN, None, clock.now())

    s3.meanwhile = change
    export_due(clock.now())
    assert is_due(clock.now())
    export_due(clock.now())
    assert doctor(app, clock)["fallback-bucket"] is True


@pytest.mark.once
def test_a_bucket_without_its_package_is_refused_with_a_sentence(
    app: Flask, clock: MovedClock, first: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_bucket(app, Bucket("dokumen-tesa", "http://127.0.0.1:9", "x", "x", "x"))
    monkeypatch.setitem(sys.modules, "boto3", None)
    monkeypatch.delitem(sys.modules, "tesa.continuity.bucket", raising=False)
    assert "boto3" in export_due(clock.now())["bucket"]
    assert doctor(app, clock)["fallback-bucket"] is False
