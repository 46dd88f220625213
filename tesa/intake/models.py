"""Tables of intake. They neither query nor commit."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from tesa.core.db import Model, new_id


class Contact(Model):
    """What somebody brought to the line once. The row exists before anyone answers."""

    __tablename__ = "contact"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    channel: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(12))
    risk: Mapped[str | None] = mapped_column(String(10))
    caller_sealed: Mapped[bytes]
    caller_index: Mapped[int | None]
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_file.id"))
    psychologist_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    taken_offer_id: Mapped[uuid.UUID | None]
    wish_woman: Mapped[bool] = mapped_column(default=False)
    woman_until: Mapped[datetime | None]  # until when she would rather wait for a woman than be answered by a man
    language: Mapped[str | None] = mapped_column(String(2))  # id | en | su | jv: what she asked to be spoken to in
    silent_at: Mapped[datetime | None]  # since when it is known that she cannot speak: keys are her answers
    first_to_ring_id: Mapped[uuid.UUID | None]  # whose line to her broke off: rung first when she waits again
    ladder_from: Mapped[datetime | None]  # from when the ladder counts, when she had to wait a second time
    wants: Mapped[str | None] = mapped_column(String(10))  # call_back | message: what she chose instead of waiting
    safe_to_call: Mapped[str] = mapped_column(String(8), default="unknown")  # what she said during this contact
    stopped_at: Mapped[datetime | None]  # when she wrote STOP: nothing goes out until she writes or calls again
    ladder_step: Mapped[int] = mapped_column(default=0)
    next_step_at: Mapped[datetime | None]
    severity: Mapped[int] = mapped_column(
        default=0
    )  # what is known of her before anybody spoke with her: rules/priority
    opened_at: Mapped[datetime]
    waiting_since: Mapped[datetime | None]  # the oldest thing of hers that nobody has answered yet
    taken_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    finalized_at: Mapped[datetime | None]
    emergency_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(30))
    services: Mapped[str] = mapped_column(String(80), default="")
    recording_consent: Mapped[str | None] = mapped_column(String(10))  # yes | no | withdrawn; nobody asked: empty
    recording_consent_at: Mapped[datetime | None]
    from_blocked: Mapped[bool] = mapped_column(default=False)  # the number was blocked when it came in
    test: Mapped[bool] = mapped_column(default=False)  # the line calls itself: nobody's contact, nobody is rung for it

    __table_args__ = (
        Index(
            "ix_contact_next_step_at",
            "next_step_at",
            sqlite_where=text("next_step_at is not null"),
            postgresql_where=text("next_step_at is not null"),
        ),
        Index(
            "ix_contact_caller_open",
            "caller_index",
            "channel",
            sqlite_where=text("state <> 'finalized'"),
            postgresql_where=text("state <> 'finalized'"),
        ),
        Index(
            "ix_contact_later",  # what came in while the index key was out of reach
            "opened_at",
            sqlite_where=text("caller_index = 0"),
            postgresql_where=text("caller_index = 0"),
        ),
        Index(
            "ix_contact_open",
            "opened_at",
            sqlite_where=text("state <> 'finalized'"),
            postgresql_where=text("state <> 'finalized'"),
        ),
        Index("ix_contact_caller_index", "caller_index", "opened_at"),
        Index("ix_contact_case_id", "case_id"),
        Index("ix_contact_psychologist_id", "psychologist_id", "opened_at"),
        Index("ix_contact_opened_at", "opened_at"),
    )


class ContactExclusion(Model):
    """A psychologist who is never offered this contact, nor sees it while it waits. `set_by` None: it came from her case
    or an earlier contact of the same number.
    """

    __tablename__ = "contact_exclusion"

    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(20))
    set_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[datetime]

    __table_args__ = (Index("ix_contact_exclusion_account_id", "account_id"),)


class Call(Model):
    """The caller's own leg."""

    __tablename__ = "call"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id"), unique=True)
    call_sid: Mapped[str] = mapped_column(String(34), unique=True)
    own_sid: Mapped[str | None] = mapped_column(String(34), unique=True)  # of her own call, once she was called back
    queue_sid: Mapped[str | None] = mapped_column(String(34))
    heard_at: Mapped[datetime]  # the last time Twilio asked what she should hear
    rounds: Mapped[int] = mapped_column(default=0)  # how many waiting documents she has been given
    joined_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(12))  # caller | psychologist | coordinator | system
    room_round: Mapped[int] = mapped_column(default=1)  # a line that broke off and is mended gets a room of its own
    room_sid: Mapped[str | None] = mapped_column(String(34))  # Twilio's name of the present conference
    line_lost_at: Mapped[datetime | None]  # since when her psychologist's browser is away, and may come back


class Offer(Model):
    """One contact put to one psychologist (or coordinator) for a limited time."""

    __tablename__ = "offer"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id"))
    kind: Mapped[str] = mapped_column(String(8))  # call | message
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    setting_number: Mapped[int | None]  # which of TESA_COORDINATOR_NUMBERS, when it is nobody's account
    tier: Mapped[int]
    reasons: Mapped[str] = mapped_column(String(200), default="")
    token: Mapped[str] = mapped_column(String(43), unique=True)
    offered_at: Mapped[datetime]
    call_sid: Mapped[str | None] = mapped_column(String(34))
    leg_status: Mapped[str] = mapped_column(String(12), default="")
    leg_rank: Mapped[int] = mapped_column(default=0)
    accepted_by: Mapped[str | None] = mapped_column(String(8))  # phone | page
    joined_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(10))

    __table_args__ = (
        Index("ix_offer_contact_id", "contact_id"),
        Index(
            "uq_offer_ringing",
            "account_id",
            unique=True,
            sqlite_where=text("outcome is null and kind = 'call'"),
            postgresql_where=text("outcome is null and kind = 'call'"),
        ),
        Index(
            "uq_offer_ringing_setting",
            "setting_number",
            unique=True,
            sqlite_where=text("outcome is null and kind = 'call'"),
            postgresql_where=text("outcome is null and kind = 'call'"),
        ),
    )


class ContactEvent(Model):
    """What happened to a contact: codes, ids and times. With the offers it is the proof of how she was answered."""

    __tablename__ = "contact_event"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id"))
    at: Mapped[datetime]
    code: Mapped[str] = mapped_column(String(30))
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    detail: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (Index("ix_contact_event_contact_id", "contact_id", "at"),)


class Message(Model):
    """One text, in or out. `sid` is unique, so that a webhook that comes twice makes one row."""

    __tablename__ = "message"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id"))
    sid: Mapped[str | None] = mapped_column(String(34), unique=True)
    direction: Mapped[str] = mapped_column(String(4))  # in | out | auto
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    body_sealed: Mapped[bytes]
    extras_sealed: Mapped[bytes | None]  # place and media references, JSON
    media_count: Mapped[int] = mapped_column(default=0)
    has_place: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(String(12))
    status_rank: Mapped[int] = mapped_column(default=0)
    error_code: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_message_contact_id", "contact_id", "created_at"),)


class CallBackTask(Model):
    """A promise to call somebody back; never closed by silence."""

    __tablename__ = "call_back_task"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id"), unique=True)
    cause: Mapped[str] = mapped_column(String(12))  # hung_up | asked | message
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]  # by when she is to be tried (again)
    step: Mapped[int] = mapped_column(default=0)  # of the ladder that tells more and more people
    ladder_from: Mapped[datetime | None]  # from when the ladder counts; none: from the beginning
    next_step_at: Mapped[datetime | None]
    assigned_id: Mapped[uuid.UUID | None]  # who answers for it
    tries: Mapped[int] = mapped_column(default=0)  # how often she could not be reached
    last_try_at: Mapped[datetime | None]
    again_id: Mapped[uuid.UUID | None]  # the contact in which she has called again
    done_at: Mapped[datetime | None]
    done_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[str | None] = mapped_column(String(20))
    reason_sealed: Mapped[bytes | None]

    __table_args__ = (
        Index(
            "ix_call_back_task_open",
            "due_at",
            sqlite_where=text("done_at is null"),
            postgresql_where=text("done_at is null"),
        ),
        Index(
            "ix_call_back_task_next_step_at",
            "next_step_at",
            sqlite_where=text("next_step_at is not null"),
            postgresql_where=text("next_step_at is not null"),
        ),
    )


class EmergencyWord(Model):
    """A word or phrase that raises a conversation to emergency at once. Administrators edit the list."""

    __tablename__ = "emergency_word"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    phrase: Mapped[str] = mapped_column(String(60), unique=True)
    active: Mapped[bool] = mapped_column(default=True)


class Oddity(Model):
    """A signed request of odd shape, kept aside, sealed, so that nothing is lost and somebody can look."""

    __tablename__ = "oddity"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(20))
    what: Mapped[str] = mapped_column(String(200))
    form_sealed: Mapped[bytes]


class RecordedPrompt(Model):
    """A spoken sentence as a recording. It holds nothing about anybody; everybody may hear it."""

    __tablename__ = "recorded_prompt"

    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    content: Mapped[bytes]
    content_type: Mapped[str] = mapped_column(String(20))
    digest: Mapped[str] = mapped_column(String(32))  # of the content: part of its address
    seconds: Mapped[float]
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
