"""A text comes in: it joins the sender's open conversation or opens one; emergency words raise it at once.

The hottest path of all: few statements, Core only. One row per MessageSid, however often the webhook comes.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tesa.core.db import db, new_id
from tesa.core.vault import vault
from tesa.intake import addresses, prompts, sealing
from tesa.intake.actions.raise_emergency import raise_emergency
from tesa.intake.emergency_list import emergency_phrases
from tesa.intake.models import Contact, ContactEvent, Message
from tesa.intake.queries import locked
from tesa.intake.rules import emergency_words
from tesa.intake.rules.words import MESSAGE_RANK, ContactState
from tesa.telephony.inbound import MessageForm
from tesa.telephony.plans import Plan, Reply

LOCK_CLASS = 7301  # namespace of our advisory locks on PostgreSQL


def receive_message(form: MessageForm, now: datetime) -> Plan:
    """Keep the message and answer a new conversation with a neutral acknowledgement."""
    index = vault.blind_index("number", form.sender) if form.sender else None
    if index is not None and db.engine.dialect.name == "postgresql":
        # Two first messages of one sender at the same moment must not open two conversations.
        db.session.execute(select(func.pg_advisory_xact_lock(LOCK_CLASS, index)))
    contact_id = _open_conversation(form, index)
    is_new = contact_id is None
    if contact_id is None:
        contact_id = new_id()
        _open(contact_id, form, index, now)
    if not _keep(contact_id, form, now):
        db.session.rollback()
        return ()
    found = emergency_words.matches(form.body, emergency_phrases(now))
    if not is_new:
        _note_unanswered(contact_id, now)
    if found is not None:
        contact = locked(contact_id)
        if contact is not None:
            raise_emergency(contact, "caller_words", None, now)
    return _acknowledge(contact_id, now) if is_new else ()


def _open_conversation(form: MessageForm, index: int | None) -> uuid.UUID | None:
    """The sender's conversation on this channel that is not finalized. The index only suggests: the number decides."""
    wanted = form.sender or form.raw_from
    rows = db.session.execute(
        select(Contact.id, Contact.caller_sealed)
        .where(Contact.caller_index == index, Contact.channel == form.channel)
        .where(Contact.state != ContactState.FINALIZED)
        .order_by(Contact.opened_at.desc())
    )
    for contact_id, sealed in rows:
        if sealing.open_number(contact_id, sealed) == wanted:
            found: uuid.UUID = contact_id
            return found
    return None


def _open(contact_id: uuid.UUID, form: MessageForm, index: int | None, now: datetime) -> None:
    db.session.execute(
        insert(Contact).values(
            id=contact_id,
            channel=form.channel,
            state=ContactState.WAITING,
            caller_sealed=sealing.seal_number(contact_id, form.sender or form.raw_from),
            caller_index=index,
            opened_at=now,
            waiting_since=now,
            next_step_at=now,
        )
    )
    db.session.execute(insert(ContactEvent).values(id=new_id(), contact_id=contact_id, at=now, code="opened"))


def _keep(contact_id: uuid.UUID, form: MessageForm, now: datetime) -> bool:
    """Write the row; False when this SID is kept already."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    message_id = new_id()
    extras = _extras(form)
    row = db.session.execute(
        dialect.insert(Message)
        .values(
            id=message_id,
            contact_id=contact_id,
            sid=form.sid,
            direction="in",
            body_sealed=sealing.seal_body(contact_id, message_id, form.body),
            extras_sealed=sealing.seal_extras(contact_id, message_id, extras) if extras else None,
            media_count=len(form.media),
            has_place=bool(form.latitude or form.place),
            status="received",
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["sid"])
        .returning(Message.id)
    )
    return row.one_or_none() is not None


def _extras(form: MessageForm) -> dict[str, Any]:
    extras: dict[str, Any] = {}
    if form.media:
        extras["media"] = [{"url": m.url, "type": m.content_type} for m in form.media]
    if form.latitude or form.longitude or form.place:
        extras["place"] = {"latitude": form.latitude, "longitude": form.longitude, "name": form.place}
    return extras


def _note_unanswered(contact_id: uuid.UUID, now: datetime) -> None:
    """Start the ladder again if nothing of hers was waiting; an older unanswered message keeps its clock."""
    db.session.execute(
        update(Contact)
        .where(Contact.id == contact_id, Contact.waiting_since.is_(None))
        .values(waiting_since=now, ladder_step=0, next_step_at=now)
    )


def _acknowledge(contact_id: uuid.UUID, now: datetime) -> Plan:
    message_id = new_id()
    db.session.execute(
        insert(Message).values(
            id=message_id,
            contact_id=contact_id,
            direction="auto",
            body_sealed=sealing.seal_body(contact_id, message_id, prompts.ACKNOWLEDGED),
            status="sent",
            status_rank=MESSAGE_RANK["sent"],
            created_at=now,
        )
    )
    return (Reply(prompts.ACKNOWLEDGED, addresses.of_message(message_id)),)
