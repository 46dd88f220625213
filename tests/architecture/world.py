"""One hotline at work, made by its own acts: things of every kind, and what each person is to each of them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update

from tesa.accounts.models import Account
from tesa.accounts.public import StaffMember
from tesa.accounts.rules.policy import Relation
from tesa.cases.actions.break_glass import break_glass
from tesa.cases.actions.note_contact_on_case import note_contact_on_case
from tesa.cases.actions.write_note import write_note
from tesa.cases.rules.glass import MOST_A_DAY
from tesa.core import clock
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.intake.actions.add_third_party import add_third_party
from tesa.intake.actions.offer_contact import offer_contact
from tesa.intake.actions.set_flag import set_flag
from tesa.intake.actions.take_conversation import take_conversation
from tesa.intake.file_models import SealedChunk, SealedFile
from tesa.intake.models import Contact, EmergencyWord
from tesa.intake.queries import locked as locked_contact
from tesa.intake.sealing import seal_chunk
from tesa.outreach.actions.accept_offer import accept_offer
from tesa.outreach.actions.log_event import By
from tesa.outreach.actions.move_dispatch import move_dispatch
from tesa.outreach.actions.offer_dispatch import offer_dispatch
from tesa.outreach.actions.raise_dispatch import raise_dispatch
from tesa.outreach.models import DispatchOffer
from tesa.outreach.queries import locked as locked_dispatch
from tesa.outreach.queries import offer_by_id
from tesa.outreach.rules.lifecycle import State
from tesa.outreach.rules.offers import Kind, Outcome, Via
from tests.cases.making import make_case
from tests.outreach.night import WORKER
from tests.support.people import make_shift, make_staff
from tests.support.twilio import Twilio

R = Relation
Relations = frozenset[Relation]
MESSAGE = "Aku takut pulang ke rumah, tolong."
NOTE = "Ia bercerita tentang malam itu."
PLACE = "Gang Melati nomor sembilan"


@dataclass(frozen=True)
class Thing:
    """Something that has an id: its kind, its state, who is what to it. `beside`: ids of what it belongs to."""

    kind: str
    id: uuid.UUID
    state: str | None = None
    relations: dict[str, Relations] = field(default_factory=dict)
    everybody: Relations = frozenset()  # what whoever is not named is to it
    beside: dict[str, uuid.UUID] = field(default_factory=dict)
    number: str = ""  # of the caller

    def to(self, name: str) -> Relations:
        """What the person called `name` here is to it."""
        overseeing = frozenset({R.OVERSEEING}) if name in COORDINATORS else frozenset()
        return self.relations.get(name, frozenset()) | self.everybody | overseeing


COORDINATORS = ("coordinator", "glass")
REASON = "Pemegang kasus tidak terjangkau dan penelepon dalam bahaya."
PEOPLE = {
    "psychologist": "psychologist",  # nothing to anything
    "own": "psychologist",
    "helping": "psychologist",
    "offered": "psychologist",
    "requester": "psychologist",
    "coordinator": "coordinator",
    "glass": "coordinator",  # breaks the glass of a case
    "worker": "outreach",  # nothing to anything
    "asked_worker": "outreach",
    "sent_worker": "outreach",
    "administrator": "administrator",
}


def _is(name: str, *relations: Relation) -> dict[str, Relations]:
    return {name: frozenset(relations)}


class World:
    """The people, and things as often as they are wanted."""

    def __init__(self, app: Flask, twilio: Twilio) -> None:
        self.app, self.twilio, self.callers, self.broken = app, twilio, 0, 0
        self.people: dict[str, StaffMember] = {name: make_staff(role) for name, role in PEOPLE.items()}
        for name in ("own", "asked_worker"):
            make_shift(self.people[name].id, line="outreach" if "worker" in name else "hotline")
        self.makers: dict[str, Callable[[], Thing]] = {
            "contact of own": self.own_contact,
            "free contact": self.free_contact,
            "offered contact": self.offered_contact,
            "case": self.case,
            "note": self.note,
            "opening": self.opening,
            "dispatch asked": self.asked_dispatch,
            "dispatch under way": self.sent_dispatch,
            "dispatch cleared": self.cleared_dispatch,
            "offer": self.offer,
            "account": self.account,
            "shift": self.shift,
            "word": self.word,
            "file": self.file,
            "party": self.party,
            "flag": self.flag,
        }

    def id_of(self, name: str) -> uuid.UUID:
        """Somebody's account."""
        return self.people[name].id

    # -- contacts
    def own_contact(self) -> Thing:
        """A conversation that "own" has taken."""
        contact_id, number = self._newest()
        with transaction():
            contact = locked_contact(contact_id)
            assert contact is not None
            take_conversation(contact, self.id_of("own"), 1, clock.now())
        return Thing("contact", contact_id, "in_progress", _is("own", R.OWN), number=number)

    def free_contact(self) -> Thing:
        """A conversation that nobody has."""
        contact_id, number = self._newest()
        return Thing("contact", contact_id, "waiting", everybody=frozenset({R.UNASSIGNED}), number=number)

    def offered_contact(self) -> Thing:
        """A conversation that nobody has and "offered" is asked about."""
        contact_id, number = self._newest()
        with transaction():
            contact = locked_contact(contact_id)
            assert contact is not None
            offer_contact(contact, "message", 1, clock.now(), self.id_of("offered"))
        return Thing(
            "contact",
            contact_id,
            "waiting",
            _is("offered", R.OFFERED),
            everybody=frozenset({R.UNASSIGNED}),
            number=number,
        )

    def _newest(self) -> tuple[uuid.UUID, str]:
        """A conversation from a number that has never written before, and that number."""
        self.callers += 1
        number = f"+628129000{self.callers:04d}"
        before = set(db.session.scalars(select(Contact.id)))
        self.twilio.message(MESSAGE, sender=number)
        db.session.rollback()
        (contact_id,) = set(db.session.scalars(select(Contact.id))) - before
        return contact_id, number

    # -- cases
    def case(self) -> Thing:
        """A case of "own" on which "helping" works for a day; the first ones "glass" has opened for an hour."""
        self.callers += 1
        number = f"+628127000{self.callers:04d}"
        case_id = make_case(self.people["own"], number=number, now=clock.now())
        with transaction():
            note_contact_on_case(case_id, new_id(), clock.now(), self.id_of("helping"))
        relations = _is("own", R.OWN) | _is("helping", R.HELPING)
        if self.broken < MOST_A_DAY:
            self.broken += 1
            with transaction():
                break_glass(case_id, REASON, self.people["glass"], clock.now())
            relations |= _is("glass", R.BREAK_GLASS)
        return Thing("case", case_id, "intake", relations, number=number)

    def opening(self) -> Thing:
        """A case that some coordinator has opened by breaking the glass."""
        case_id, coordinator = self.case().id, make_staff("coordinator")
        with transaction():
            return Thing("opening", break_glass(case_id, REASON, coordinator, clock.now()))

    def note(self) -> Thing:
        """A note that "own" has written on her case."""
        case = self.case()
        with transaction():
            note_id = write_note(case.id, None, NOTE, self.people["own"], clock.now())
        return Thing("note", note_id, case.state, case.relations, beside={"case_id": case.id}, number=case.number)

    # -- dispatches
    def asked_dispatch(self) -> Thing:
        """A dispatch that "requester" asked for and that has been put to "asked_worker" alone."""
        dispatch_id, number = self._raised()
        return Thing(
            "dispatch", dispatch_id, "requested",
            _is("requester", R.REQUESTED) | _is("asked_worker", R.OFFERED), number=number,
        )  # fmt: skip

    def _raised(self) -> tuple[uuid.UUID, str]:
        contact_id, number = self._newest()
        with transaction():
            dispatch_id = raise_dispatch(
                contact_id=contact_id, case_id=None, priority="P2", requested_by=self.id_of("requester"),
                source="psychologist", now=clock.now(), place=PLACE,
            )  # fmt: skip
        return dispatch_id, number

    def offer(self) -> Thing:
        """The offer of such a dispatch to "asked_worker"."""
        dispatch = self.asked_dispatch()
        return Thing("offer", self._offer_of(dispatch.id), "requested", _is("asked_worker", R.OFFERED))

    def _offer_of(self, dispatch_id: uuid.UUID) -> uuid.UUID:
        db.session.rollback()
        return db.session.scalars(select(DispatchOffer.id).where(DispatchOffer.dispatch_id == dispatch_id)).first()  # type: ignore[return-value]

    def sent_dispatch(self) -> Thing:
        """A dispatch that "sent_worker" has."""
        dispatch_id, number = self._raised()
        with transaction():
            dispatch = locked_dispatch(dispatch_id)
            assert dispatch is not None
            offer_dispatch(dispatch, Kind.WORKER, self.id_of("sent_worker"), None, clock.now())
        with transaction():
            mine = db.session.scalars(
                select(DispatchOffer.id).where(
                    DispatchOffer.dispatch_id == dispatch_id, DispatchOffer.account_id == self.id_of("sent_worker")
                )
            ).one()
            found = offer_by_id(mine)
            assert found is not None
            accept_offer(*found, Via.PAGE, clock.now())
            assert found[0].outcome == Outcome.ACCEPTED
        return Thing(
            "dispatch", dispatch_id, "acknowledged",
            _is("requester", R.REQUESTED) | _is("sent_worker", R.DISPATCHED, R.OFFERED) | _is("asked_worker", R.OFFERED), number=number,
        )  # fmt: skip

    def cleared_dispatch(self) -> Thing:
        """The same, when the worker has been there."""
        sent = self.sent_dispatch()
        for target in (State.ON_SCENE, State.CLEARED):
            with transaction():
                dispatch = locked_dispatch(sent.id)
                assert dispatch is not None
                move_dispatch(dispatch, target, WORKER, By(self.id_of("sent_worker")), clock.now())
        return Thing("dispatch", sent.id, "cleared", sent.relations, number=sent.number)

    # -- what administrators and coordinators keep
    def account(self) -> Thing:
        """Somebody's account."""
        return Thing("account", make_staff("outreach").id)

    def shift(self) -> Thing:
        """Somebody's shift."""
        return Thing("shift", make_shift(make_staff("psychologist").id))

    def word(self) -> Thing:
        """A word of the emergency list."""
        return Thing("word", db.session.scalars(select(EmergencyWord.id)).first())  # type: ignore[arg-type]

    def flag(self) -> Thing:
        """A flag on the number of a conversation."""
        contact_id, number = self._newest()
        with transaction():
            end = clock.now() + timedelta(days=7)
            flag_id = set_flag(number, "nuisance", "prank", end, contact_id, self.id_of("coordinator"), clock.now())
        return Thing("flag", flag_id)

    def party(self) -> Thing:
        """Somebody who may be called into a talk."""
        with transaction():
            party_id = add_third_party("112", "", "", "+622188880112", self.id_of("administrator"), clock.now())
        return Thing("party", party_id)

    def file(self) -> Thing:
        """What a caller of "own" has said, sealed."""
        contact = self.own_contact()
        with transaction():
            file = SealedFile(
                id=new_id(), contact_id=contact.id, kind="voicemail", state="kept", size=3, chunks=1,
                content_type="audio/wav", created_at=clock.now(),
            )  # fmt: skip
            db.session.add(file)
            db.session.flush()
            body = seal_chunk(file.id, 0, b"abc", last=True)
            db.session.add(SealedChunk(id=new_id(), file_id=file.id, number=0, last=True, body_sealed=body))
            file_id = file.id
        return Thing("file", file_id, contact.state, contact.relations, beside={"contact_id": contact.id})

    def leaves(self, person: StaffMember) -> None:
        """Somebody's account is switched off."""
        with transaction():
            db.session.execute(update(Account).where(Account.id == person.id).values(active=False))
