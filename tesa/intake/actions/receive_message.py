"""A text comes in: it joins the sender's open conversation or opens one; emergency words raise it at once.

The hottest path of all: few statements, Core only. One row per MessageSid, however often the webhook comes.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Integer, Table, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from tesa.cases.public import How, Occasion, plan_for, refusal
from tesa.core.db import db, new_id
from tesa.core.vault import KeysAway, vault
from tesa.intake import addresses, prompts, sealing
from tesa.intake.actions.catch_up import put_off
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.raise_emergency import raise_emergency
from tesa.intake.emergency_list import emergency_phrases
from tesa.intake.flags import is_turned_away
from tesa.intake.models import Contact, Message
from tesa.intake.queries import locked
from tesa.intake.rules import emergency_words
from tesa.intake.rules.stop_words import asks_to_stop
from tesa.intake.rules.words import MESSAGE_RANK, ContactState
from tesa.telephony.inbound import MessageForm, settings
from tesa.telephony.plans import Plan, Reply

AFTERWARDS = timedelta(microseconds=1)  # so that the answer stands behind the question
LOCK_CLASS = 7301  # namespace of our advisory locks on PostgreSQL
LOCK = select(func.pg_advisory_xact_lock(LOCK_CLASS, bindparam("index", type_=Integer)))
CONTACTS, MESSAGES = cast(Table, Contact.__table__), cast(Table, Message.__table__)
INSERT_CONTACT, INSERT_MESSAGE = insert(CONTACTS), insert(MESSAGES)
# Made once: a statement that is built for each request is also compiled for each request.
KEEP_ONCE = {
    name: dialect.insert(MESSAGES).on_conflict_do_nothing(index_elements=["sid"]).returning(MESSAGES.c.id)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}
_OPEN = (
    select(CONTACTS.c.id, CONTACTS.c.caller_sealed, CONTACTS.c.waiting_since, CONTACTS.c.from_blocked)
    .where(CONTACTS.c.channel == bindparam("channel"), CONTACTS.c.state != ContactState.FINALIZED)
    .order_by(CONTACTS.c.opened_at.desc(), CONTACTS.c.id)
    .with_for_update()  # so that nobody finalizes it, or answers her, between this and her message
)
OPEN_CONVERSATIONS = _OPEN.where(CONTACTS.c.caller_index.in_(bindparam("indexes", expanding=True)))
OPEN_ANONYMOUS = _OPEN.where(CONTACTS.c.caller_index.is_(None))
START_CLOCK = (
    update(CONTACTS)
    .where(CONTACTS.c.id == bindparam("contact"))
    .values(waiting_since=bindparam("now"), next_step_at=bindparam("now"), ladder_step=0)
)
UNFOLD = update(CONTACTS).where(CONTACTS.c.id == bindparam("contact")).values(from_blocked=False)
STOP_WRITING = update(CONTACTS).where(CONTACTS.c.id == bindparam("contact")).values(stopped_at=bindparam("now"))


def receive_message(form: MessageForm, now: datetime, *, keys_away: bool = False) -> Plan:
    """Keep the message and answer a new conversation with a neutral acknowledgement, if her plan allows.

    With `keys_away` nothing is asked of the key provider: a known sender opens another conversation if she cannot be
    recognised, and an emergency is told to the others later, see catch_up.
    """
    indexes = _indexes(form, keys_away)
    contact_id = _open_conversation(form, indexes, now) if indexes or not form.sender else None
    if contact_id is None and indexes and db.engine.dialect.name == "postgresql":
        # Two first messages of one sender at the same moment must not open two conversations.
        for each in sorted(indexes):
            db.session.connection().execute(LOCK, {"index": each})
        contact_id = _open_conversation(form, indexes, now)
    is_new, folded = contact_id is None, False
    if contact_id is None:
        folded = not keys_away and is_turned_away(form.sender, now)
        contact_id = _open(form, now, folded=folded)
    if not _keep(_inbound(contact_id, form, now)):
        db.session.rollback()
        return ()
    answer: Plan = ()
    if asks_to_stop(form.body):
        _stop(contact_id, now)
    elif is_new and not keys_away and _may_be_answered(form, now):
        words = prompts.KEPT if folded else prompts.ACKNOWLEDGED
        acknowledgement = _acknowledgement(contact_id, words, now)
        db.session.connection().execute(INSERT_MESSAGE, acknowledgement)
        answer = (Reply(words, addresses.of_message(acknowledgement["id"])),)
    if emergency_words.matches(form.body, emergency_phrases(now)) is not None:
        contact = locked(contact_id)
        if contact is not None and keys_away:
            put_off(contact, "caller_words", now)
        elif contact is not None:
            raise_emergency(contact, "caller_words", None, now)
    return answer


def _may_be_answered(form: MessageForm, now: datetime) -> bool:
    """Does her plan allow the acknowledgement? She has just written, so unless somebody said no, it does."""
    local = now.astimezone(settings().time_zone).time()
    return refusal(How.MESSAGE, plan_for(form.sender, None), Occasion(heard_at=now), now, local) is None


def _stop(contact_id: uuid.UUID, now: datetime) -> None:
    """She asked us to stop: nothing goes out any more; her contact stays and waits for a human to see it."""
    db.session.connection().execute(STOP_WRITING, {"contact": contact_id, "now": now})
    log_event(contact_id, "stopped", now)


def _indexes(form: MessageForm, keys_away: bool) -> tuple[int, ...]:
    """What her conversation may be found by. Raises KeysAway, unless it is known already that they are."""
    if not form.sender:
        return ()
    try:
        return vault.blind_indexes("number", form.sender)
    except KeysAway:
        if not keys_away:
            raise
        return ()


def _open_conversation(form: MessageForm, indexes: Sequence[int], now: datetime) -> uuid.UUID | None:
    """The sender's conversation on this channel that is not finalized, with one more thing of hers to be answered.

    The index only suggests: the number decides. Her clock starts unless something older of hers waits already. If the
    conversation was finalized this very moment it is not open any more, and her message opens another.
    """
    wanted = form.sender or form.raw_from
    query = OPEN_CONVERSATIONS if indexes else OPEN_ANONYMOUS
    connection = db.session.connection()
    found_by = {"indexes": indexes, "channel": form.channel}
    for contact_id, sealed, waiting_since, from_blocked in connection.execute(query, found_by).all():
        if sealing.open_number(contact_id, sealed) == wanted:
            unfolds = from_blocked and not is_turned_away(form.sender, now)
            if unfolds:
                connection.execute(UNFOLD, {"contact": contact_id})
            if waiting_since is None or unfolds:
                connection.execute(START_CLOCK, {"contact": contact_id, "now": now})
            found: uuid.UUID = contact_id
            return found
    return None


def _open(form: MessageForm, now: datetime, *, folded: bool) -> uuid.UUID:
    """`folded`: her number is blocked. It waits to be seen, and nobody is asked to take it."""
    contact_id = new_id()
    vault.begin(contact_id, "contact")
    row = {
        "id": contact_id,
        "channel": form.channel,
        "state": ContactState.WAITING,
        "caller_sealed": sealing.seal_number(contact_id, form.sender or form.raw_from),
        "caller_index": vault.index_or_later("number", form.sender) if form.sender else None,
        "opened_at": now,
        "waiting_since": now,
        "next_step_at": None if folded else now,
        "from_blocked": folded,
    }
    db.session.connection().execute(INSERT_CONTACT, row)
    return contact_id


def _inbound(contact_id: uuid.UUID, form: MessageForm, now: datetime) -> dict[str, Any]:
    message_id, extras = new_id(), _extras(form)
    return {
        "id": message_id,
        "contact_id": contact_id,
        "sid": form.sid,
        "direction": "in",
        "body_sealed": sealing.seal_body(contact_id, message_id, form.body),
        "extras_sealed": sealing.seal_extras(contact_id, message_id, extras) if extras else None,
        "media_count": len(form.media),
        "has_place": bool(form.latitude or form.place),
        "status": "received",
        "status_rank": 0,
        "created_at": now,
    }


def _acknowledgement(contact_id: uuid.UUID, words: str, now: datetime) -> dict[str, Any]:
    message_id = new_id()
    return {
        "id": message_id,
        "contact_id": contact_id,
        "sid": None,
        "direction": "auto",
        "body_sealed": sealing.seal_body(contact_id, message_id, words),
        "extras_sealed": None,
        "media_count": 0,
        "has_place": False,
        "status": "sent",
        "status_rank": MESSAGE_RANK["sent"],
        "created_at": now + AFTERWARDS,
    }


def _keep(row: dict[str, Any]) -> bool:
    """Write the row; False when its SID is kept already."""
    statement = KEEP_ONCE[db.engine.dialect.name]
    return db.session.connection().execute(statement, row).one_or_none() is not None


def _extras(form: MessageForm) -> dict[str, Any]:
    extras: dict[str, Any] = {}
    if form.media:
        extras["media"] = [{"url": m.url, "type": m.content_type} for m in form.media]
    if form.latitude or form.longitude or form.place:
        extras["place"] = {"latitude": form.latitude, "longitude": form.longitude, "name": form.place}
    return extras
