"""`tesa audit incident`: what was opened."""

from __future__ import annotations

import csv
import io
import json
import uuid
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from tesa.accounts.audit import record, sealed_hash
from tesa.accounts.audit.incident import Asked, opened_things
from tesa.accounts.audit_cli import audit_group
from tesa.accounts.models import StaffSession
from tesa.cases.actions.write_note import write_note
from tesa.cases.models import NoteText
from tesa.core.db import db
from tesa.core.transactions import transaction
from tests.accounts.making import NOW, trail
from tests.cases.making import make_case
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still until a test moves it."""


def audit(*words: str) -> Result:
    return CliRunner().invoke(audit_group, ["incident", *words], catch_exceptions=False)


def found(*words: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(audit(*words, "--json").stdout)
    return rows


def test_what_a_session_opened_down_to_the_ciphertext(app: Flask, client: OutsideClient, now: MovedClock) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    with transaction():
        note_id = write_note(case_id, None, "Catatan", owner, NOW)
    signed_in(client, owner)
    session_id = db.session.scalars(select(StaffSession.id)).one()
    for _time in range(2):
        assert client.get(f"/kasus/{case_id}/catatan").status_code == 200
        now.set(NOW + MINUTE)
    assert {e.session_id for e in trail("note.read")} == {session_id}
    blob = db.session.scalars(select(NoteText.body_sealed)).one()
    (row,) = [r for r in found("--session", str(session_id)) if r["kind"] == "note"]
    assert row == {
        "person": owner.email, "account": str(owner.id), "session": str(session_id),
        "first_at": NOW.isoformat(), "last_at": (NOW + MINUTE).isoformat(), "times": 2,
        "kind": "note", "id": str(note_id), "case": str(case_id), "acts": ["note.read"], "ciphertexts": [sealed_hash(blob)],
    }  # fmt: skip
    assert found("--session", str(uuid.uuid4())) == []


def test_narrowed_by_person_time_and_case(app: Flask) -> None:
    one, other, case_id = make_staff(), make_staff(), uuid.uuid4()
    with transaction():
        record(one.id, "note.read", "note", uuid.UUID(int=1), NOW, case_id=case_id)
        record(one.id, "note.read", "note", uuid.UUID(int=2), NOW + MINUTE)
        record(other.id, "case.read", "case", uuid.UUID(int=3), NOW + 2 * MINUTE)
        record(other.id, "case.find", "case", None, NOW)  # opens nothing

    def ids(*words: str) -> list[int]:
        return [uuid.UUID(str(row["id"])).int for row in found(*words)]

    assert ids("--user", one.email) == [1, 2]
    assert ids("--user", str(other.id)) == [3]
    assert ids("--case", str(case_id)) == [1]
    assert ids("--from", (NOW + MINUTE).isoformat()) == [2, 3]
    assert ids("--to", (NOW + MINUTE).isoformat()) == [1]
    assert ids("--from", "2026-11-24T10:01", "--to", "2026-11-24T10:02") == [2]  # the site's zone
    assert ids("--user", one.email, "--case", str(uuid.uuid4())) == []


def test_for_people_and_for_spreadsheets(app: Flask) -> None:
    person = make_staff()
    with transaction():
        record(person.id, "note.read", "note", uuid.UUID(int=1), NOW, text="ab" * 16)
    shown = audit("--user", person.email).stdout
    assert "Yang dibuka / what was opened: 1" in shown
    assert "2026-11-24 10:00:00" in shown
    assert "ab" * 16 in shown
    (row,) = csv.DictReader(io.StringIO(audit("--user", person.email, "--csv").stdout))
    assert (row["person"], row["kind"], row["times"]) == (person.email, "note", "1")


def test_bad_questions(app: Flask) -> None:
    assert audit().exit_code == 2
    assert audit("--from", "kemarin").exit_code == 2
    assert audit("--session", "x").exit_code == 2
    refused = audit("--user", "tidak-ada@contoh.id")
    assert (refused.exit_code, "Nobody with this address" in refused.stderr) == (1, True)


def test_nothing_was_opened(app: Flask) -> None:
    assert opened_things(Asked(case=uuid.uuid4())) == []
