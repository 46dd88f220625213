"""A call comes in: the contact exists before anyone answers, and she waits in the queue from the first second."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert
from sqlalchemy.dialects import postgresql, sqlite

from tesa.core.db import db, new_id
from tesa.core.vault import vault
from tesa.intake import sealing
from tesa.intake.actions.keep_away import CARRIED
from tesa.intake.actions.turn_away import as_turned_away, first_plan, turn_away
from tesa.intake.callers import known_of
from tesa.intake.flags import is_turned_away
from tesa.intake.models import Call, Contact, ContactEvent, ContactExclusion
from tesa.intake.queries import contact_called_back, contact_of_call
from tesa.intake.rules import ladder
from tesa.intake.rules.words import Channel, ContactState
from tesa.intake.wait_plan import wait_plan
from tesa.psychologists.public import OUT, on_duty
from tesa.telephony.inbound import CallForm
from tesa.telephony.plans import Plan

CALLS = cast(Table, Call.__table__)
KEEP_ONCE = {
    name: dialect.insert(CALLS).on_conflict_do_nothing(index_elements=["call_sid"]).returning(CALLS.c.id)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}
INSERT_CONTACT = insert(cast(Table, Contact.__table__))
INSERT_EXCLUSION = insert(cast(Table, ContactExclusion.__table__))
INSERT_EVENT = insert(cast(Table, ContactEvent.__table__))


def receive_call(form: CallForm, now: datetime, *, test: bool = False) -> Plan:
    """Open a contact for this CallSid (or find the one a repeated webhook has opened) and let her wait.

    The same CallSid gives the same contact, however often Twilio asks. `test`: the line calls itself, and nobody is
    rung.
    """
    there = contact_of_call(form.sid) or contact_called_back(form.sid)
    if there is not None:
        return first_plan(there)
    contact_id = new_id()
    index = vault.index_or_later("number", form.caller) if form.caller and not test else None
    vault.begin(contact_id, "contact")
    duty = on_duty("hotline", now)
    anyone = any(person.tier in (1, 2) and person.state not in OUT for person in duty)
    known = known_of(None if test else form.caller, now)
    away = not test and is_turned_away(form.caller, now, known.emergency)
    row = {
        "id": contact_id,
        "channel": Channel.VOICE,
        "state": ContactState.WAITING,
        "caller_sealed": sealing.seal_number(contact_id, form.caller or form.raw_from),
        "caller_index": index,
        "opened_at": now,
        "waiting_since": now,
        "next_step_at": None if test else ladder.first_due(anyone, now),
        "test": test,
        "language": known.language,
        "wish_woman": known.wish_woman,
        "first_to_ring_id": known.first_to_ring,
        "severity": known.severity,
        **({"risk": "emergency", "emergency_at": now} if known.emergency else {}),
        **(as_turned_away(now) if away else {"from_blocked": False}),
    }
    db.session.connection().execute(INSERT_CONTACT, row)
    if not _insert_call(contact_id, form.sid, now):
        # The same webhook is being answered by another thread: its contact is the one that counts.
        db.session.rollback()
        other = contact_of_call(form.sid)
        if other is None:
            raise RuntimeError("a call was refused as a duplicate, but there is none")
        return first_plan(other)
    on_shift = " ".join(f"{person.account_id}:{person.tier}:{person.state}" for person in duty)
    events = [
        {"id": new_id(), "contact_id": contact_id, "at": now, "code": code, "detail": detail}
        for code, detail in (
            ("opened", ""),
            ("on_duty", on_shift),
            *((("again", str(known.again)),) if known.again else ()),
        )
    ]
    db.session.connection().execute(INSERT_EVENT, events)
    if known.kept_away:
        rows = [
            {"contact_id": contact_id, "account_id": person, "reason": CARRIED, "set_at": now}
            for person in sorted(known.kept_away)
        ]
        db.session.connection().execute(INSERT_EXCLUSION, rows)
    return turn_away(contact_id, known.language) if away else wait_plan(contact_id)


def _insert_call(contact_id: uuid.UUID, call_sid: str, now: datetime) -> bool:
    statement = KEEP_ONCE[db.engine.dialect.name]
    row = {"id": new_id(), "contact_id": contact_id, "call_sid": call_sid, "heard_at": now}
    return db.session.connection().execute(statement, row).one_or_none() is not None
