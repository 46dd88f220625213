"""The hotline of a story: staff on the rota, callers, and everybody's telephones."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from flask import Flask
from sqlalchemy import select

from tesa.accounts.models import Account, AccountRole
from tesa.accounts.sealing import name_field, phone_field
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.core.vault import vault
from tesa.intake.jobs import advance_contacts, advance_promises, fetch_files
from tesa.intake.models import CallBackTask, Contact, Message, Offer
from tesa.outreach.jobs import advance_dispatches
from tesa.psychologists.models import Assignment
from tesa.telephony.gateway import PlaceCall
from tesa.telephony.outbox import outbox
from tests.support.fake_gateway import FakeGateway
from tests.support.moved_clock import MovedClock
from tests.support.twilio import Twilio

QUEUE = "QU" + "a" * 32


@dataclass
class Someone:
    """A member of staff with a telephone."""

    id: uuid.UUID
    email: str
    number: str


@dataclass
class Caller:
    """Somebody on the line: her CallSid and her contact."""

    sid: str
    number: str
    contact_id: uuid.UUID
    heard: list[str] = field(default_factory=list)


def said(document: Element) -> str:
    """All that is spoken in a document."""
    return " ".join(" ".join(e.itertext()) for e in document.iter("Say"))


@dataclass
class Hotline:
    """One night."""

    app: Flask
    twilio: Twilio
    gateway: FakeGateway
    clock: MovedClock
    people: int = 0

    # -- staff
    def someone(
        self, role: str, tier: int | None = 1, gender: str = "P", hours: tuple[float, float] = (-2, 24)
    ) -> Someone:
        """A new member of staff; on the rota for `hours` around now unless `tier` is None."""
        self.people += 1
        person = Someone(new_id(), f"{role}{self.people}@contoh.id", f"+6281300{self.people:05d}")
        with transaction():
            db.session.add(
                Account(
                    id=person.id,
                    email=person.email,
                    name_sealed=vault.seal(name_field(person.id), f"{role} {self.people}"),
                    phone_sealed=vault.seal(phone_field(person.id), person.number),
                    phone_index=vault.blind_index("number", person.number),
                    gender=gender,
                    languages="id",
                    created_at=self.clock.now(),
                )
            )
            db.session.flush()
            db.session.add(AccountRole(account_id=person.id, role=role))
        if tier is not None:
            self.on_rota(person, tier, hours, "outreach" if role == "outreach" else "hotline")
        return person

    def psychologist(self, tier: int = 1, gender: str = "P", hours: tuple[float, float] = (-2, 24)) -> Someone:
        """A psychologist on shift."""
        return self.someone("psychologist", tier, gender, hours)

    def on_rota(self, person: Someone, tier: int, hours: tuple[float, float], line: str = "hotline") -> None:
        """Put somebody on the rota, `hours` counted from now."""
        now = self.clock.now()
        with transaction():
            db.session.add(
                Assignment(
                    id=new_id(), account_id=person.id, line=line, tier=tier, source="manual",
                    starts_at=now + timedelta(hours=hours[0]), ends_at=now + timedelta(hours=hours[1]),
                    created_at=now, changed_at=now,
                )
            )  # fmt: skip

    # -- time
    def pass_seconds(self, seconds: int) -> None:
        """Let time pass; the worker ticks each second."""
        for _ in range(seconds):
            self.clock.advance(1)
            self.tick()

    def tick(self) -> None:
        """One tick of the worker."""
        now = self.clock.now()
        advance_contacts(now)
        advance_promises(now)
        fetch_files(now)
        advance_dispatches(now)
        outbox().deliver_due(now)
        db.session.rollback()

    # -- the caller
    def calls(self, number: str = "+6281290000001") -> Caller:
        """Somebody dials the hotline and enters the queue."""
        response = self.twilio.voice(number)
        assert response.status_code == 200
        contact_id = uuid.UUID(fromstring(response.data).find("Enqueue").attrib["waitUrl"].split("/")[-2])
        caller = Caller(response.call_sid, number, contact_id)
        self.waits(caller)
        return caller

    def _of(self, caller: Caller, what: str, **params: str) -> Element:
        form = {"CallStatus": "in-progress", **params}
        response = self.twilio.voice(caller.number, caller.sid, f"/twilio/voice/{caller.contact_id}/{what}", **form)
        assert response.status_code == 200, response.data
        document = fromstring(response.data)
        caller.heard.append(said(document))
        return document

    def waits(self, caller: Caller) -> Element:
        """Twilio asks what she should hear next."""
        return self._of(caller, "wait", QueueSid=QUEUE)

    def keys(self, caller: Caller, key: str, what: str = "key") -> Element:
        """She presses a key while waiting."""
        return self._of(caller, what, Digits=key)

    def leaves_queue(self, caller: Caller, result: str) -> Element:
        """Twilio tells that she has left the queue."""
        return self._of(caller, "left", QueueResult=result, QueueSid=QUEUE)

    def hangs_up(self, caller: Caller) -> None:
        """She hangs up while waiting."""
        self.leaves_queue(caller, "hangup")
        self.caller_status(caller, "completed")

    def caller_status(self, caller: Caller, status: str) -> None:
        """The number's own status callback."""
        self.twilio.voice(caller.number, caller.sid, "/twilio/voice/status", CallStatus=status)

    def joins(self, caller: Caller) -> Element:
        """She is led into the conference."""
        return self._of(caller, "join")

    # -- a psychologist's telephone
    def ring_of(self, person: Someone) -> PlaceCall:
        """The last call to somebody's telephone."""
        return next(c for c in reversed(self.gateway.calls) if c.to == person.number)

    def rings(self, number: str) -> int:
        """How often a telephone was rung."""
        return self.gateway.rung.count(number)

    def _leg(self, person: Someone, path: str, **params: str) -> Element | None:
        call = self.ring_of(person)
        sid = self.gateway.sid_of(person.number)
        url = call.url + path
        response = self.twilio.post(url, CallSid=sid, From="+622150000001", To=person.number, **params)
        assert response.status_code in (200, 204), response.data
        return fromstring(response.data) if response.data else None

    def picks_up(self, person: Someone) -> Element:
        """The telephone is picked up: what it says."""
        self.leg_status(person, "in-progress", 2)
        document = self._leg(person, "", CallStatus="in-progress")
        assert document is not None
        return document

    def presses(self, person: Someone, key: str = "1") -> Element:
        """A key is pressed on it."""
        document = self._leg(person, "/key", Digits=key, CallStatus="in-progress")
        assert document is not None
        return document

    def leg_status(self, person: Someone, status: str, sequence: int = 3) -> None:
        """A status callback of that leg."""
        self._leg(person, "/status", CallStatus=status, SequenceNumber=str(sequence))

    def answers(self, person: Someone, caller: Caller) -> None:
        """Somebody picks up, accepts, and both meet in the conference."""
        self.picks_up(person)
        assert self.presses(person).find("Dial/Conference") is not None
        outbox().deliver_due(self.clock.now())
        assert self.joins(caller).find("Dial/Conference") is not None

    # -- what the books say
    def contact(self, caller: Caller) -> Contact:
        """Her contact as it stands."""
        db.session.rollback()
        return db.session.get_one(Contact, caller.contact_id, populate_existing=True)

    def offers(self, caller: Caller) -> list[Offer]:
        """All offers of her contact."""
        db.session.rollback()
        query = select(Offer).where(Offer.contact_id == caller.contact_id).order_by(Offer.offered_at, Offer.id)
        return list(db.session.scalars(query.execution_options(populate_existing=True)))

    def task(self, caller: Caller) -> CallBackTask | None:
        """Her call-back task."""
        db.session.rollback()
        return db.session.scalar(select(CallBackTask).where(CallBackTask.contact_id == caller.contact_id))

    # -- texts
    def only_conversation(self) -> Contact:
        """The one written conversation there is."""
        db.session.rollback()
        return db.session.scalars(select(Contact).where(Contact.channel != "voice")).one()

    def messages(self) -> list[Message]:
        """All messages, oldest first."""
        db.session.rollback()
        return list(db.session.scalars(select(Message).order_by(Message.created_at, Message.direction)))
