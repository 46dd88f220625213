"""A night of outreach for stories: staff with phones, and a time that the test moves."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from tesa.accounts.models import Account
from tesa.accounts.public import StaffMember
from tesa.accounts.rules.policy import Relation, Standing
from tesa.accounts.rules.roles import Role
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.intake.models import Contact
from tesa.outreach.actions.answer_ring import answer_ring, press_key
from tesa.outreach.actions.log_event import By
from tesa.outreach.actions.move_dispatch import move_dispatch
from tesa.outreach.actions.note_leg import note_leg
from tesa.outreach.actions.raise_dispatch import raise_dispatch
from tesa.outreach.actions.take_keyword import take_keyword
from tesa.outreach.jobs import advance_dispatches
from tesa.outreach.models import Dispatch, DispatchEvent, DispatchOffer
from tesa.outreach.queries import get, locked
from tesa.outreach.rules.lifecycle import State
from tesa.telephony.gateway import PlaceCall, Request
from tesa.telephony.inbound import CallForm, MessageForm
from tesa.telephony.outbox import outbox
from tesa.telephony.plans import Plan, Reply, Say
from tests.support.fake_gateway import FakeGateway
from tests.support.people import make_shift, make_staff

WORKER = Standing(frozenset({Role.OUTREACH}), frozenset({Relation.DISPATCHED}))
REQUESTER = Standing(frozenset({Role.PSYCHOLOGIST}), frozenset({Relation.REQUESTED}))
COORDINATOR = Standing(frozenset({Role.COORDINATOR}), frozenset({Relation.OVERSEEING}))
STRANGER = Standing(frozenset(Role))

START = datetime(2026, 3, 2, 20, 10, tzinfo=UTC)


@dataclass
class Night:
    """Everything acts at `now`; each act is one request, with a session of its own."""

    app: Flask
    gateway: FakeGateway
    now: datetime = START
    texts: int = 0

    # -- people
    def somebody(self, *roles: str, **facts: Any) -> StaffMember:
        """A new member of staff."""
        with self.app.app_context():
            return make_staff(*roles, at=self.now, **facts)

    def worker(self, tier: int | None = 1, **facts: Any) -> StaffMember:
        """An outreach worker, on shift for the whole night unless `tier` is None."""
        person = self.somebody("outreach", **facts)
        if tier is not None:
            self.on_rota(person, "outreach", tier)
        return person

    def on_rota(self, person: StaffMember, line: str, tier: int) -> None:
        """Put somebody on the rota of tonight."""
        with self.app.app_context():
            make_shift(person.id, tier, line, START - timedelta(hours=2), START + timedelta(hours=30))

    def leaves(self, person: StaffMember) -> None:
        """Somebody is no longer on the staff."""
        with self.app.app_context(), transaction():
            db.session.get_one(Account, person.id).active = False

    # -- the dispatch
    def contact(self, of: StaffMember | None = None) -> uuid.UUID:
        """A contact in progress, in the hands of `of`."""
        contact_id = new_id()
        with self.app.app_context(), transaction():
            db.session.add(
                Contact(
                    id=contact_id,
                    channel="voice",
                    state="in_progress",
                    caller_sealed=b"",
                    opened_at=self.now,
                    psychologist_id=of.id if of else None,
                )
            )
        return contact_id

    def raised(self, priority: str = "P1", **facts: Any) -> uuid.UUID:
        """Somebody asks for outreach."""
        facts = {
            "contact_id": facts.pop("contact_id", None) or self.contact(),
            "case_id": None,
            "requested_by": None,
            "source": "caller_key",
        } | facts
        with self.app.app_context():
            with transaction():
                dispatch_id = raise_dispatch(priority=priority, now=self.now, **facts)
            self._deliver()
        return dispatch_id

    def moved(self, dispatch_id: uuid.UUID, target: State, who: Standing, by: StaffMember | None = None) -> None:
        """Somebody moves the dispatch on the page."""
        with self.app.app_context():
            with transaction():
                dispatch = locked(dispatch_id)
                assert dispatch is not None
                move_dispatch(dispatch, target, who, By(by.id if by else None), self.now)
            self._deliver()

    # -- time
    def at(self, minutes: float) -> None:
        """It is `minutes` after START; the worker ticks and the outbox is swept."""
        self.now = START + timedelta(minutes=minutes)
        with self.app.app_context():
            advance_dispatches(self.now)
            self._deliver()

    def _deliver(self) -> None:
        outbox().deliver_due(self.now)

    # -- phones
    def rung(self, person: StaffMember | str) -> int:
        """How often this phone was rung."""
        return self.gateway.rung.count(number_of(person))

    def texted(self, person: StaffMember | str) -> list[str]:
        """The texts that came to this phone."""
        return [message.body for message in self.gateway.messages if message.to == number_of(person)]

    def stopped(self, person: StaffMember | str) -> bool:
        """Was the last call to this phone ended by us?"""
        return self.last_sid(person) in self.gateway.ended

    def unreachable(self, person: StaffMember) -> None:
        """Twilio refuses to call this number."""

        def is_call(request: Request) -> bool:
            return isinstance(request, PlaceCall) and request.to == person.phone

        self.gateway.refuse("21214", meant=is_call)

    def last_sid(self, person: StaffMember | str) -> str:
        """The SID of the last call to this phone."""
        return self.gateway.sid_of(number_of(person))

    def token(self, person: StaffMember | str) -> str:
        """The secret in the address of the last call to this phone."""
        return [call.url for call in self.gateway.calls if call.to == number_of(person)][-1].rsplit("/", 1)[1]

    def picks_up(self, person: StaffMember | str) -> Plan:
        """The phone is picked up, by whoever or whatever."""
        return self._voice(answer_ring, person, make_call_form(self.last_sid(person), "in-progress"))

    def presses(self, person: StaffMember | str, digit: str) -> Plan:
        """A key is pressed."""
        return self._voice(press_key, person, make_call_form(self.last_sid(person), "in-progress", digit))

    def call_ends(self, person: StaffMember | str, status: str, sid: str | None = None) -> None:
        """Twilio tells how the call ended."""
        with self.app.app_context():
            with transaction():
                note_leg(self.token(person), make_call_form(sid or self.last_sid(person), status), self.now)
            self._deliver()

    def _voice(self, act: Any, person: StaffMember | str, form: CallForm) -> Plan:
        with self.app.app_context():
            with transaction():
                plan: Plan = act(self.token(person), form, self.now)
            self._deliver()
        return plan

    def writes(self, person: StaffMember | str, body: str, sid: str | None = None, **facts: Any) -> str | None:
        """A text comes from this phone; the reply, or None when it was not taken."""
        self.texts += 1
        form = make_message_form(sid or f"SM{self.texts:032x}", number_of(person), body, **facts)
        with self.app.test_request_context():
            with transaction():
                plan = take_keyword(form, self.now)
            self._deliver()
        if plan is None:
            return None
        [reply] = plan
        assert isinstance(reply, Reply)
        return reply.text

    # -- what stands in the database
    def dispatch(self, dispatch_id: uuid.UUID) -> Dispatch:
        """The row."""
        with self.app.app_context():
            found = get(dispatch_id)
            assert found is not None
            return found

    def outcomes(self, dispatch_id: uuid.UUID) -> list[tuple[str, str | None]]:
        """Kind and outcome of each offer, in the order they were made."""
        query = select(DispatchOffer).where(DispatchOffer.dispatch_id == dispatch_id)
        with self.app.app_context():
            offers = db.session.scalars(query.order_by(DispatchOffer.offered_at, DispatchOffer.id))
            return [(o.kind, o.outcome) for o in offers]

    def outcome_of(self, dispatch_id: uuid.UUID, person: StaffMember) -> str | None:
        """How the last offer to this person ended."""
        query = select(DispatchOffer).where(
            DispatchOffer.dispatch_id == dispatch_id, DispatchOffer.account_id == person.id
        )
        with self.app.app_context():
            return db.session.scalars(query.order_by(DispatchOffer.offered_at.desc())).first().outcome

    def codes(self, dispatch_id: uuid.UUID) -> list[str]:
        """The history by code."""
        query = select(DispatchEvent.code).where(DispatchEvent.dispatch_id == dispatch_id)
        with self.app.app_context():
            return list(db.session.scalars(query.order_by(DispatchEvent.number)))


def number_of(person: StaffMember | str) -> str:
    """Somebody's number, or the number itself."""
    return person if isinstance(person, str) else person.phone


def said(plan: Plan) -> str:
    """The sentences of a plan that are spoken outside a Gather."""
    return " ".join(verb.text for verb in plan if isinstance(verb, Say))


def make_call_form(sid: str, status: str, digits: str = "") -> CallForm:
    """A voice request."""
    return CallForm(
        sid=sid,
        caller=None,
        raw_from="",
        status=status,
        digits=digits,
        queue_sid=None,
        queue_result=None,
        sequence=None,
        recording_url=None,
        recording_seconds=0,
        event=None,
        label=None,
        error_code=None,
        oddities=(),
    )


def make_message_form(sid: str, sender: str | None, body: str, latitude: str = "") -> MessageForm:
    """A text."""
    return MessageForm(
        sid=sid,
        channel="whatsapp",
        sender=sender,
        raw_from=f"whatsapp:{sender}",
        body=body,
        media=(),
        latitude=latitude,
        longitude=latitude,
        place="",
        oddities=(),
    )
