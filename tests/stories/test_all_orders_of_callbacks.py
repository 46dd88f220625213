"""Five status callbacks of a line come in any of their 120 orders, and the end is the same.

Each order is played in one transaction that is rolled back, through the acts behind the webhooks. All are played on
SQLite; the rules do not differ on PostgreSQL, where each statement costs more: there 40 of them are.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import permutations
from random import Random

from flask import Flask
from sqlalchemy import select

from tesa.core import clock as wall_clock
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.intake import addresses
from tesa.intake.actions.note_caller_status import note_caller_status
from tesa.intake.actions.note_offer_status import note_offer_status
from tesa.intake.actions.note_room_event import note_room_event
from tesa.intake.models import Call, Contact, Offer
from tesa.intake.talk_models import TalkLeg
from tesa.psychologists.models import DutyPresence
from tesa.telephony.inbound import CallForm, call_form
from tests.stories.line import Caller, Hotline

Callback = Callable[[], None]


class TakenBackError(Exception):
    """So that the next order finds what this one found."""


def form_of(app: Flask, sid: str, **fields: str) -> CallForm:
    with app.test_request_context("/", method="POST", data={"CallSid": sid, "From": "+6281290000001", **fields}):
        return call_form()


def room_event(app: Flask, caller: Caller, sid: str, label: str, event: str) -> Callback:
    form = form_of(
        app, sid, StatusCallbackEvent=event, ParticipantLabel=label, FriendlyName=addresses.room(caller.contact_id),
        ReasonParticipantLeft="participant_hung_up", CallStatus="in-progress",
    )  # fmt: skip
    return lambda: note_room_event(caller.contact_id, form, wall_clock.now())


def end_of(caller: Caller) -> tuple[object, ...]:
    """All that the callbacks may have changed."""
    contact, call = db.session.get_one(Contact, caller.contact_id), db.session.scalars(select(Call)).one()
    offers = db.session.scalars(select(Offer))
    presence = db.session.scalars(select(DutyPresence).order_by(DutyPresence.account_id))
    legs = db.session.scalars(select(TalkLeg))
    return (
        contact.state, contact.psychologist_id, contact.ended_at, call.ended_by, contact.first_to_ring_id,
        *sorted(((o.outcome, o.leg_status, o.leg_rank) for o in offers), key=str), *((p.account_id, p.state) for p in presence),
        *sorted((leg.kind, leg.state) for leg in legs),
    )  # fmt: skip


def ends(caller: Caller, five: list[Callback]) -> set[tuple[object, ...]]:
    """How it ends after each order that is played."""
    orders = list(permutations(five))
    assert len(orders) == 120
    if db.engine.dialect.name != "sqlite":
        orders = Random("orders").sample(orders, 40)
    seen = set()
    for order in orders:
        with suppress(TakenBackError), transaction():
            for callback in order:
                callback()
                db.session.flush()
            seen.add(end_of(caller))
            raise TakenBackError
        db.session.expire_all()
    return seen


def offered(app: Flask, hotline: Hotline, caller: Caller, sid: str, *statuses: str) -> list[Callback]:
    """The status callbacks of the leg offered to a psychologist."""
    token = hotline.offers(caller)[0].token
    forms = [form_of(app, sid, CallStatus=s, SequenceNumber=str(n)) for n, s in enumerate(statuses)]
    return [lambda form=form: note_offer_status(token, form, wall_clock.now()) for form in forms]


def test_an_offered_leg_that_nobody_takes(app: Flask, hotline: Hotline) -> None:
    person, caller = hotline.psychologist(), hotline.calls()
    hotline.pass_seconds(2)
    sid = hotline.gateway.sid_of(person.number)
    seen = ends(
        caller, offered(app, hotline, caller, sid, *["initiated", "ringing", "in-progress", "completed", "completed"])
    )
    assert len(seen) == 1
    end = seen.pop()
    assert end[0] == "waiting"
    assert ("missed", "completed", 9) in end


def test_an_offered_leg_that_breaks_off_in_the_talk(app: Flask, hotline: Hotline) -> None:
    person, caller = hotline.psychologist(), hotline.calls()
    hotline.pass_seconds(2)
    sid = hotline.gateway.sid_of(person.number)
    assert hotline.presses(person).find("Dial/Conference") is not None
    hotline.tick()
    hotline.joins(caller)
    label = f"konselor-{hotline.offers(caller)[0].id}"
    five = offered(app, hotline, caller, sid, *["initiated", "ringing", "in-progress", "completed"])
    seen = ends(caller, [*five, room_event(app, caller, sid, label, "participant-leave")])
    assert len(seen) == 1
    end = seen.pop()
    assert end[0] == "waiting", "she waits again"
    assert end[4] == person.id, "and the same one is rung first"


def test_the_callers_leg(app: Flask, hotline: Hotline) -> None:
    person, caller = hotline.psychologist(), hotline.calls()
    hotline.pass_seconds(2)
    hotline.answers(person, caller)
    forms = [form_of(app, caller.sid, CallStatus=s) for s in ("initiated", "ringing", "in-progress", "completed")]
    told: list[Callback] = [
        lambda form=form: note_caller_status(caller.contact_id, form, wall_clock.now()) for form in forms
    ]
    seen = ends(caller, [*told, room_event(app, caller, caller.sid, "klien", "participant-leave")])
    assert len(seen) == 1
    end = seen.pop()
    assert (end[0], end[1], end[3]) == ("to_record", person.id, "caller")
