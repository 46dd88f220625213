"""Tables of outreach. They neither query nor commit. Place, what is known and safety notes are sealed."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tesa.core.db import Model, new_id

UNDER_WAY = text("state in ('requested', 'acknowledged', 'en_route', 'on_scene')")
ACCEPTED = text("outcome = 'accepted'")
UNANSWERED = text("outcome is null")


class Dispatch(Model):
    """One request that somebody goes to a person. Its row is the lock of its offers and events."""

    __tablename__ = "dispatch"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("contact.id"))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_file.id"))
    priority: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(12))  # caller_key | caller_words | psychologist | coordinator
    kecamatan: Mapped[str | None] = mapped_column(String(8))  # code, 32.75.01
    wish_woman: Mapped[bool] = mapped_column(default=False)
    place_sealed: Mapped[bytes]
    known_sealed: Mapped[bytes]
    safety_sealed: Mapped[bytes]
    revision: Mapped[int] = mapped_column(default=1)  # of the three sealed texts
    requested_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    requested_at: Mapped[datetime]
    clock_since: Mapped[datetime]  # start of the ladder: the request, or the last time the priority was raised
    rung: Mapped[int] = mapped_column(default=0)  # rungs of the ladder that are done
    next_step_at: Mapped[datetime | None]  # when the ladder goes on; None once somebody has it
    acknowledged_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    acknowledged_as: Mapped[str | None] = mapped_column(String(12))  # worker | coordinator
    acknowledged_at: Mapped[datetime | None]
    en_route_at: Mapped[datetime | None]
    on_scene_at: Mapped[datetime | None]
    cleared_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]  # closed, stood down or unfounded
    events: Mapped[int] = mapped_column(default=0)  # number of the last event

    __table_args__ = (
        Index("ix_dispatch_next_step_at", "next_step_at"),
        Index("ix_dispatch_state", "state"),
        Index("ix_dispatch_case_id", "case_id"),
        Index("ix_dispatch_closed_at", "closed_at"),
        Index(
            "uq_dispatch_contact_under_way",
            "contact_id",
            unique=True,
            sqlite_where=UNDER_WAY,
            postgresql_where=UNDER_WAY,
        ),
    )


class DispatchOffer(Model):
    """One dispatch put to one worker or coordinator for a limited time."""

    __tablename__ = "dispatch_offer"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    dispatch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dispatch.id"))
    kind: Mapped[str] = mapped_column(String(12))  # worker | coordinator
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    setting_number: Mapped[int | None]  # which of TESA_COORDINATOR_NUMBERS is rung, when it is not the account's own
    token: Mapped[str] = mapped_column(String(43), unique=True)
    offered_at: Mapped[datetime]
    until: Mapped[datetime]
    rung_at: Mapped[datetime | None]  # Twilio took the call
    call_sid: Mapped[str | None] = mapped_column(String(34))
    leg_ended_at: Mapped[datetime | None]
    leg_end: Mapped[str | None] = mapped_column(String(12))  # completed | busy | no-answer | failed | canceled
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(12))  # accepted | declined | missed | superseded
    via: Mapped[str | None] = mapped_column(String(8))  # key | keyword | page
    text_sid: Mapped[str | None] = mapped_column(String(34))  # her last text about it, so that its copy does nothing

    __table_args__ = (
        Index("ix_dispatch_offer_dispatch_id", "dispatch_id", "offered_at"),
        Index("ix_dispatch_offer_account_id", "account_id", "offered_at"),
        Index(
            "uq_dispatch_offer_accepted", "dispatch_id", unique=True, sqlite_where=ACCEPTED, postgresql_where=ACCEPTED
        ),
        Index(
            "uq_dispatch_offer_unanswered",
            "dispatch_id",
            "account_id",
            unique=True,
            sqlite_where=UNANSWERED,
            postgresql_where=UNANSWERED,
        ),
    )


class DispatchEvent(Model):
    """What happened to a dispatch, in order. Only ever added to."""

    __tablename__ = "dispatch_event"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    dispatch_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("dispatch.id"))
    number: Mapped[int]
    code: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    offer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("dispatch_offer.id"))
    at: Mapped[datetime]
    device_at: Mapped[datetime | None]  # what the clock of a phone in the field said
    from_state: Mapped[str | None] = mapped_column(String(12))
    to_state: Mapped[str | None] = mapped_column(String(12))
    detail: Mapped[str | None] = mapped_column(String(20))  # a code: a priority, how a call ended

    __table_args__ = (UniqueConstraint("dispatch_id", "number"),)
