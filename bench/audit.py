"""How long the trail takes with very many entries: the check, the incident report, the pages, the meter.

    python -m bench.audit [--entries 1000000] [--database URL]

Makes a database of its own (SQLite in a temporary folder, unless an empty PostgreSQL database is named), fills it with
signed entries of 40 people over 60 days, and prints seconds as JSON.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, text

from tesa.accounts.audit import canonical, record, verify
from tesa.accounts.audit.entries import FIELDS, GENESIS, day_of, mac_of
from tesa.accounts.audit.incident import Asked, opened_things
from tesa.accounts.audit.keys import first_key, root
from tesa.accounts.audit.meter_reading import counts, reading_of
from tesa.accounts.audit.reading import lines_of_case, lines_of_person, security_lines, tripped_thresholds
from tesa.accounts.models import AuditEntry
from tesa.app import create_app
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.upgrade import upgrade
from tesa.core.vault import create_key_file
from tests.support.settings import make_settings

PEOPLE, DAYS, CASES = 40, 60, 3000
BEGINNING = datetime(2026, 9, 25, tzinfo=UTC)
ACTS = (
    ("contact.read", "contact"), ("note.read", "note"), ("note.read", "note"), ("case.read", "case"),
    ("note.write", "note"), ("dispatch.read", "dispatch"), ("contact.reply", "contact"), ("sign_in", "account"),
)  # fmt: skip


def people() -> list[uuid.UUID]:
    """The ids of those who act."""
    return [uuid.UUID(int=1000 + n) for n in range(PEOPLE)]


def rows(entries: int) -> Iterator[dict[str, Any]]:
    """Signed entries, oldest first, spread evenly over the days."""
    key, prev, step = first_key(root()), GENESIS, timedelta(days=DAYS) / entries
    staff = people()
    for seq in range(1, entries + 1):
        at = BEGINNING + step * seq
        if day_of(at) > key.epoch:
            key = key.next(day_of(at), prev)
        act, kind = ACTS[seq % len(ACTS)]
        person, day = staff[seq * 7 % PEOPLE], (at - BEGINNING).days
        case_id = uuid.UUID(int=seq * 31 % CASES + 1)
        session_id = uuid.UUID(int=(person.int << 16) + day)
        details = canonical({"revision": 1, "text": f"{seq:032x}"})
        fields = (key.epoch, at, person, act, kind, uuid.UUID(int=seq % 50_000 + 1), case_id, details, session_id)
        if kind == "account":
            fields = (key.epoch, at, person, act, kind, person, None, "{}", session_id)
        mac = mac_of(key.secret, prev, seq, key.epoch, fields)
        yield {"seq": seq, "prev": prev, "mac": mac, **dict(zip(FIELDS, fields, strict=True))}
        prev = mac


def fill(entries: int) -> None:
    """Put the entries into the database, and let its planner know how many there are."""
    batch: list[dict[str, Any]] = []
    with transaction():
        for row in rows(entries):
            batch.append(row)
            if len(batch) == 10_000:
                db.session.execute(insert(AuditEntry), batch)
                batch = []
        if batch:
            db.session.execute(insert(AuditEntry), batch)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def timed(work: Callable[[], object]) -> float:
    """Seconds that `work` takes, the best of three."""
    best = float("inf")
    for _time in range(3):
        db.session.rollback()
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    db.session.rollback()
    return round(best, 4)


def one_entry(now: datetime) -> None:
    """What every act pays."""
    with transaction():
        record(people()[0], "note.read", "note", uuid.UUID(int=5), now)


def measure(entries: int) -> dict[str, float]:
    """All figures."""
    end = BEGINNING + timedelta(days=DAYS)
    person, day = people()[7], BEGINNING + timedelta(days=DAYS // 2)
    session_id = uuid.UUID(int=(person.int << 16) + DAYS // 2)
    start = time.perf_counter()
    verdict = verify()
    seconds = {"verify": round(time.perf_counter() - start, 2)}
    if verdict.first_bad is not None or verdict.entries != entries:
        raise SystemExit(f"the chain is not whole: {verdict}")
    seconds |= {
        "incident of a session": timed(lambda: opened_things(Asked(session=session_id))),
        "incident of a person": timed(lambda: opened_things(Asked(user=person))),
        "incident of a person and day": timed(
            lambda: opened_things(Asked(user=person, since=day, to=day + timedelta(days=1)))
        ),
        "incident of a day": timed(lambda: opened_things(Asked(since=day, to=day + timedelta(days=1)))),
        "incident of a case": timed(lambda: opened_things(Asked(case=uuid.UUID(int=17)))),
        "page of a person": timed(lambda: lines_of_person(person)),
        "page of a case": timed(lambda: lines_of_case(uuid.UUID(int=17))),
        "page of security": timed(lambda: security_lines(end)),
        "page of the meter": timed(tripped_thresholds),
        "meter of one person": timed(lambda: reading_of(person, end)),
        "meter of everybody": timed(lambda: counts(end)),
        "one entry": timed(lambda: one_entry(end)),
    }
    return seconds


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--database")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        key_file = Path(folder) / "keys"
        create_key_file(key_file)
        app: Flask = create_app(make_settings(asked.database or f"sqlite:///{folder}/tesa.db", key_file))
        upgrade(app)
        with app.app_context():
            start = time.perf_counter()
            fill(asked.entries)
            figures = {"entries": asked.entries, "filled": round(time.perf_counter() - start, 1)}
            figures |= measure(asked.entries)
            figures["database"] = db.engine.dialect.name  # type: ignore[assignment]
            print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
