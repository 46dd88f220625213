"""How long each webhook of a call takes, over real HTTP on PostgreSQL: a call from the first ring until both talk."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from flask import Flask
from sqlalchemy import select

from bench import load, scene
from config import Settings
from tesa.core import clock
from tesa.core.db import db
from tesa.intake.jobs import advance_contacts
from tesa.intake.models import Call, Offer
from tests.support import processes as servers
from tests.support.carrier import Carrier
from tests.support.people import make_shift, make_staff
from tests.support.settings import environment
from tests.support.twilio import new_sid

CALLS = 300
CONNECTIONS = 4
SECONDS = 60.0  # at most, for each kind
MOST_SPREAD = 3  # p99 in p50s that is aimed at


class Connected(NamedTuple):
    """A caller who waits, and the telephone that rings for her."""

    sid: str
    contact_id: uuid.UUID
    token: str


def webhook_times(database_url: str) -> None:
    """Print p50 and p99 of each kind of webhook, each request new to TeSA, CONNECTIONS in flight."""
    print(f"Webhooks of {CALLS} calls, PostgreSQL, gthread 2x8, {CONNECTIONS} connections (aim: p99 at most 3 p50):")
    with Carrier() as carrier, scene.installation(database_url, twilio_api_base_url=carrier.url) as (app, settings):
        port = servers.free_port()
        with servers.gunicorn("wsgi:app", port, environment(settings)):
            for label, requests in _kinds(app, settings):
                seen = load.run(requests, port, CONNECTIONS, SECONDS)
                if label:
                    _show(label, seen)


def _show(label: str, seen: load.Seen) -> None:
    lost = f"   {seen.failures} FAILED" if seen.failures else ""
    spread = seen.p99 / seen.p50
    verdict = "" if spread <= MOST_SPREAD else "   MORE THAN AIMED AT"
    print(f"  {label:22} p50 {seen.p50:7.2f} ms   p99 {seen.p99:7.2f} ms   {spread:4.1f}{verdict}{lost}", flush=True)


def _kinds(app: Flask, settings: Settings) -> Iterator[tuple[str, list[bytes]]]:
    """The requests of one kind after the other, as each follows from what TeSA did with those before."""
    with app.app_context():
        for _ in range(CALLS):
            make_shift(make_staff("psychologist").id)
    yield "", [scene.call(settings, f"+628132{number:07d}", new_sid("CA")) for number in range(40)]
    yield "voice", scene.calls(settings, CALLS)
    with app.app_context():
        waiting = [(call.call_sid, call.contact_id) for call in db.session.scalars(select(Call))]
        db.session.rollback()
    asked = [_of_caller(settings, sid, contact, "wait", QueueSid="QU" + "a" * 32) for sid, contact in waiting]
    yield "wait", asked * 3
    yield "waiting key", [_of_caller(settings, sid, contact, "key", Digits="1") for sid, contact in waiting]
    ringing = _ring(app)
    yield "offer", [_of_offer(settings, each, "") for each in ringing]
    yield "offer key", [_of_offer(settings, each, "/key", Digits="1") for each in ringing]
    yield "join", [_of_caller(settings, each.sid, each.contact_id, "join") for each in ringing]
    yield "room events", [_of_room(settings, each) for each in ringing]


def _ring(app: Flask) -> list[Connected]:
    """Let the ladder ring: one telephone for each caller."""
    with app.app_context():
        advance_contacts(clock.now() + timedelta(seconds=1))
        db.session.rollback()
        rows = db.session.execute(
            select(Call.call_sid, Call.contact_id, Offer.token)
            .join(Offer, Offer.contact_id == Call.contact_id)
            .where(Offer.outcome.is_(None), Offer.kind == "call")
        )
        first = {row.contact_id: Connected(*row) for row in rows}
        db.session.rollback()
    return list(first.values())


def _of_caller(settings: Settings, sid: str, contact_id: uuid.UUID, what: str, **params: str) -> bytes:
    form = {"CallSid": sid, "From": "+628131000000", "To": settings.voice_number, "CallStatus": "in-progress", **params}
    return scene.signed(settings, f"/twilio/voice/{contact_id}/{what}", form)


def _of_offer(settings: Settings, each: Connected, what: str, **params: str) -> bytes:
    form = {"CallSid": "CA" + each.contact_id.hex, "From": settings.voice_number, "CallStatus": "in-progress", **params}
    return scene.signed(settings, f"/twilio/offer/{each.token}{what}", form)


def _of_room(settings: Settings, each: Connected) -> bytes:
    form = {"ConferenceSid": "CF" + each.contact_id.hex, "StatusCallbackEvent": "participant-join", "CallSid": each.sid}
    return scene.signed(
        settings, f"/twilio/room/{each.contact_id}/events", {**form, "ParticipantLabel": "klien", "SequenceNumber": "1"}
    )
