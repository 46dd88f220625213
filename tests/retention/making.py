"""A case that came to its end, with all that belongs to it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from tesa.accounts.public import StaffMember
from tesa.cases.actions.close_case import close_case
from tesa.cases.actions.write_note import write_note
from tesa.cases.models import Case, Note, NoteText, Person
from tesa.cases.sealing import open_name, open_note
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.core.vault import Shredded, vault
from tesa.intake import sealing
from tesa.intake.models import Contact, Message
from tesa.outreach.models import Dispatch
from tesa.outreach.sealing import Words, seal_words, unseal_words
from tests.cases.making import make_case

NOTE, NAME, MESSAGE, PLACE = "catatan rahasia", "nama rahasia", "pesan rahasia", "alamat rahasia"
ENDED = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
EVERYTHING = {"note", "person", "contact", "dispatch"}


@dataclass(frozen=True)
class Ended:
    """The ids of one case's things."""

    case: uuid.UUID
    person: uuid.UUID
    contact: uuid.UUID
    dispatch: uuid.UUID

    def left(self) -> set[str]:
        """Which kinds of its words still open once every process has forgotten its keys."""
        db.session.rollback()
        db.session.expire_all()
        vault.forget()
        return {kind for kind, opened in self._words().items() if _opens(opened)}

    def _words(self) -> dict[str, Callable[[], str]]:
        text = select(NoteText).join(Note, Note.id == NoteText.note_id).where(Note.case_id == self.case)
        contact = db.session.get_one(Contact, self.contact)
        return {
            "note": lambda: open_note(db.session.scalars(text).first(), self.case),  # type: ignore[arg-type]
            "person": lambda: open_name(db.session.get_one(Person, self.person)),
            "contact": lambda: sealing.open_number(self.contact, contact.caller_sealed),
            "dispatch": lambda: unseal_words(db.session.get_one(Dispatch, self.dispatch)).place,
        }


def _opens(opened: Callable[[], str]) -> bool:
    try:
        return bool(opened())
    except Shredded:
        return False


def make_contact(
    case_id: uuid.UUID | None, owner: StaffMember, number: str = "+6281200000017", ended: datetime = ENDED
) -> uuid.UUID:
    """A conversation that was finalised at `ended`, with one message."""
    contact_id, message_id = new_id(), new_id()
    with transaction():
        db.session.add(
            Contact(
                id=contact_id,
                channel="whatsapp",
                state="finalized",
                case_id=case_id,
                psychologist_id=owner.id,
                caller_sealed=sealing.seal_number(contact_id, number),
                caller_index=vault.blind_index("number", number),
                opened_at=ended - timedelta(hours=1),
                ended_at=ended,
                finalized_at=ended,
                outcome="counselling",
            )
        )
        db.session.flush()
        db.session.add(
            Message(
                id=message_id,
                contact_id=contact_id,
                direction="in",
                status="received",
                created_at=ended,
                body_sealed=sealing.seal_body(contact_id, message_id, MESSAGE),
            )
        )
    return contact_id


def make_dispatch(case_id: uuid.UUID | None, contact_id: uuid.UUID | None, ended: datetime = ENDED) -> uuid.UUID:
    """A dispatch that was closed at `ended`."""
    row = Dispatch(
        id=new_id(), contact_id=contact_id, case_id=case_id, priority="P2", state="closed", source="psychologist",
        revision=1, requested_at=ended, clock_since=ended, closed_at=ended, rung=0, events=0, wish_woman=False,
    )  # fmt: skip
    with transaction():
        seal_words(row, Words(place=PLACE))
        db.session.add(row)
    return row.id


def make_ended(
    owner: StaffMember,
    number: str = "+6281200000017",
    ended: datetime = ENDED,
    person_id: uuid.UUID | None = None,
    reason: str = "goals_met",
) -> Ended:
    """A case that was closed at `ended`, its note, person, contact and dispatch."""
    case_id = make_case(owner, number, NAME, person_id=person_id, now=ended - timedelta(days=3))
    with transaction():
        write_note(case_id, None, NOTE, owner, ended - timedelta(days=2))
    with transaction():
        close_case(case_id, reason, "", owner, ended)
    person = db.session.get_one(Case, case_id).person_id
    contact = make_contact(case_id, owner, number, ended)
    return Ended(case_id, person, contact, make_dispatch(case_id, contact, ended))
