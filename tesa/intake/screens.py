"""Reads shaped for the pages of intake: who may see which contact, and what of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from tesa.accounts.public import Principal, emails
from tesa.accounts.rules.policy import Relation
from tesa.cases.public import Exclusion
from tesa.core.db import db
from tesa.core.vault.shredding import shredded_at
from tesa.intake import sealing
from tesa.intake.file_screens import FileView, files_shown
from tesa.intake.models import Call, CallBackTask, Contact, ContactEvent, ContactExclusion, Message, Offer
from tesa.intake.queries import claim_of, number_of, standing_to, visible_to
from tesa.intake.rules.priority import rank
from tesa.intake.rules.words import Channel, ContactState
from tesa.telephony.numbers import masked

MOST_ROWS = 100
MOST_MESSAGES = 300


@dataclass(frozen=True)
class QueueRow:
    """One line of the inbox. The number is masked before it leaves this module."""

    id: uuid.UUID
    channel: str
    state: str
    risk: str | None
    since: datetime
    waiting: bool
    mine: bool
    psychologist: str | None
    number: str = field(repr=False)
    folded: bool = False  # from a blocked number, no emergency, and nobody has taken it

    @property
    def recordable(self) -> bool:
        """Can it be put on record as it stands, without being opened? Never an emergency."""
        if self.risk == "emergency":
            return False
        return self.state == ContactState.TO_RECORD or (
            self.channel != Channel.VOICE and self.state in (ContactState.WAITING, ContactState.IN_PROGRESS)
        )


@dataclass(frozen=True)
class MessageView:
    """One text as the one who may read it sees it."""

    id: uuid.UUID
    direction: str
    body: str = field(repr=False)
    at: datetime
    status: str
    error_code: str | None
    place: dict[str, str] | None = field(repr=False)
    media: Sequence[dict[str, str]] = field(repr=False)


@dataclass(frozen=True)
class ContactView:
    """A contact's page."""

    contact: Contact
    number: str = field(repr=False)  # masked unless she may have it in clear
    mine: bool
    can: frozenset[str]  # what this person may do with it
    psychologist: str | None
    messages: Sequence[MessageView]
    events: Sequence[tuple[ContactEvent, str | None]]
    offers: Sequence[tuple[Offer, str]]
    on_duty: Sequence[str]  # who was on duty when it came in
    call: Call | None
    task: CallBackTask | None
    accountable: str | None  # who answers for the promise
    files: Sequence[FileView]  # nothing of them but that they are there, for whoever may not hear them
    gone_at: datetime | None = None  # when what was said, and her number, were destroyed


def exclusions_of(contact_id: uuid.UUID) -> list[Exclusion]:
    """Who is never offered this contact, the first one first."""
    rows = db.session.scalars(
        select(ContactExclusion).where(ContactExclusion.contact_id == contact_id).order_by(ContactExclusion.set_at)
    ).all()
    address = emails({row.account_id for row in rows})
    return [Exclusion(row.account_id, address[row.account_id], row.reason) for row in rows]


def visible_contact(contact_id: uuid.UUID, principal: Principal) -> Contact | None:
    """The contact if this person may know of it."""
    return db.session.scalar(select(Contact).where(Contact.id == contact_id, visible_to(principal)))


def _tab(tab: str, principal: Principal) -> ColumnElement[bool]:
    open_ones = Contact.state != ContactState.FINALIZED
    if tab == "mine":
        return and_(open_ones, Contact.psychologist_id == principal.id)
    if tab == "waiting":
        return Contact.state.in_([ContactState.WAITING, ContactState.CALL_BACK])
    return open_ones


def queue(tab: str, principal: Principal, now: datetime) -> list[QueueRow]:
    """The rows of one tab: those that wait for somebody in the order of their turn, then the others, oldest first."""
    found = db.session.scalars(
        select(Contact)
        .where(_tab(tab, principal), visible_to(principal))
        .order_by(Contact.emergency_at.is_(None), Contact.waiting_since.is_(None), Contact.opened_at)
        .limit(MOST_ROWS)
    ).all()
    rows = sorted(found, key=lambda c: (c.emergency_at is None, c.waiting_since is None, rank(claim_of(c), now)))
    address = emails({c.psychologist_id for c in rows if c.psychologist_id})
    return [
        QueueRow(
            c.id,
            c.channel,
            c.state,
            c.risk,
            c.waiting_since or c.opened_at,
            c.waiting_since is not None,
            c.psychologist_id == principal.id,
            address.get(c.psychologist_id) if c.psychologist_id else None,
            _masked_number(c),
            c.from_blocked and c.emergency_at is None and c.psychologist_id is None,
        )
        for c in rows
    ]


def counts(principal: Principal) -> dict[str, int]:
    """How many contacts each tab holds for this person."""
    return {
        tab: db.session.scalar(
            select(func.count()).select_from(Contact).where(_tab(tab, principal), visible_to(principal))
        )
        or 0
        for tab in ("waiting", "mine", "all")
    }


def open_counts() -> dict[str, int]:
    """How many contacts are in each state that still needs somebody; for those who see numbers, not contacts."""
    rows = db.session.execute(
        select(Contact.state, func.count().label("contacts"))
        .where(Contact.state != ContactState.FINALIZED, ~Contact.test)
        .group_by(Contact.state)
    )
    found = {row.state: row.contacts for row in rows}
    return {state.value: found.get(state, 0) for state in ContactState if state != ContactState.FINALIZED}


def _masked_number(contact: Contact) -> str:
    return masked(number_of(contact))


def contact_view(contact: Contact, principal: Principal) -> ContactView:
    """Everything on a contact's page that this person may see."""
    who = standing_to(contact.id, principal)
    can = who.acts(contact.state)
    gone_at = shredded_at(contact.id, "contact") if contact.state == ContactState.FINALIZED else None
    messages = _messages(contact) if "contact.words" in can and gone_at is None else []
    events = db.session.scalars(
        select(ContactEvent)
        .where(ContactEvent.contact_id == contact.id, ContactEvent.code != "on_duty")
        .order_by(ContactEvent.at)
        .limit(200)
    ).all()
    offers = db.session.scalars(
        select(Offer).where(Offer.contact_id == contact.id).order_by(Offer.offered_at, Offer.id)
    ).all()
    task = db.session.scalar(select(CallBackTask).where(CallBackTask.contact_id == contact.id))
    people = {e.actor_id for e in events} | {o.account_id for o in offers} | {contact.psychologist_id}
    address = emails({p for p in (*people, task.assigned_id if task else None) if p})
    return ContactView(
        contact=contact,
        number=(number_of(contact) or "") if "contact.number" in can else _masked_number(contact),
        mine=Relation.OWN in who.relations,
        can=can,
        psychologist=address.get(contact.psychologist_id) if contact.psychologist_id else None,
        messages=messages,
        events=[(e, address.get(e.actor_id) if e.actor_id else None) for e in events],
        offers=[(o, address.get(o.account_id, "") if o.account_id else "") for o in offers],
        on_duty=_on_duty(contact.id),
        call=db.session.scalar(select(Call).where(Call.contact_id == contact.id)),
        task=task,
        accountable=address.get(task.assigned_id) if task and task.assigned_id else None,
        files=files_shown(contact, heard="contact.words" in can and gone_at is None),
        gone_at=gone_at,
    )


def _on_duty(contact_id: uuid.UUID) -> list[str]:
    """The people noted when the call came in, by e-mail address, in the order of tiers."""
    query = select(ContactEvent.detail).where(ContactEvent.contact_id == contact_id, ContactEvent.code == "on_duty")
    noted = [uuid.UUID(word.split(":")[0]) for word in (db.session.scalar(query) or "").split()]
    address = emails(noted)
    return [address[person] for person in noted if person in address]


def _messages(contact: Contact) -> list[MessageView]:
    rows = db.session.scalars(
        select(Message)
        .where(Message.contact_id == contact.id)
        .order_by(Message.created_at.desc(), Message.id)
        .limit(MOST_MESSAGES)
    ).all()
    return [_message_view(contact.id, m) for m in reversed(rows)]


def _message_view(contact_id: uuid.UUID, m: Message) -> MessageView:
    extras: dict[str, Any] = sealing.open_extras(contact_id, m.id, m.extras_sealed) if m.extras_sealed else {}
    return MessageView(
        id=m.id,
        direction=m.direction,
        body=sealing.open_body(contact_id, m.id, m.body_sealed),
        at=m.created_at,
        status=m.status,
        error_code=m.error_code,
        place=extras.get("place"),
        media=extras.get("media", ()),
    )


@dataclass(frozen=True)
class Incoming:
    """A telephone call offered to this person right now."""

    offer_id: uuid.UUID
    contact_id: uuid.UUID
    since: datetime
    emergency: bool
    number: str = field(repr=False)


def incoming(account_id: uuid.UUID) -> list[Incoming]:
    """Calls that ring for this person."""
    rows = db.session.execute(
        select(Offer, Contact)
        .join(Contact, Contact.id == Offer.contact_id)
        .where(Offer.account_id == account_id, Offer.kind == "call", Offer.outcome.is_(None))
        .order_by(Offer.offered_at)
    )
    return [Incoming(o.id, c.id, c.opened_at, c.emergency_at is not None, _masked_number(c)) for o, c in rows]


@dataclass(frozen=True)
class Owed:
    """What this person owes: records to write and calls to return."""

    to_record: Sequence[QueueRow]
    call_backs: Sequence[tuple[CallBackTask, QueueRow]]


def owed(principal: Principal, now: datetime) -> Owed:
    """Records of her own contacts, and promised call-backs that are hers or nobody's yet."""
    records = [row for row in queue("mine", principal, now) if row.state == ContactState.TO_RECORD]
    tasks = {
        t.contact_id: t
        for t in db.session.scalars(select(CallBackTask).where(CallBackTask.done_at.is_(None)).limit(MOST_ROWS))
    }
    rows = [row for row in queue("waiting", principal, now) if row.id in tasks]
    return Owed(records, sorted(((tasks[r.id], r) for r in rows), key=lambda pair: pair[0].due_at))


def contacts_of_case(case_id: uuid.UUID) -> list[QueueRow]:
    """The contacts linked with a case, newest first."""
    rows = db.session.scalars(
        select(Contact).where(Contact.case_id == case_id).order_by(Contact.opened_at.desc()).limit(MOST_ROWS)
    ).all()
    address = emails({c.psychologist_id for c in rows if c.psychologist_id})
    return [
        QueueRow(
            c.id, c.channel, c.state, c.risk, c.opened_at, False, False,
            address.get(c.psychologist_id) if c.psychologist_id else None, _masked_number(c),
        )
        for c in rows
    ]  # fmt: skip
