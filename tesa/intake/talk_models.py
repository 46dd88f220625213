"""Tables of a talk: who takes part in it, and which third parties may be called into one."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tesa.core.db import Model, new_id


class TalkLeg(Model):
    """One participant of a talk. This row is what is true; Twilio is told of it, and its callbacks only follow."""

    __tablename__ = "talk_leg"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id"))
    kind: Mapped[str] = mapped_column(String(12))  # client | psychologist | transfer | third | supervisor
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    offer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("offer.id"))  # by which a member of staff was asked
    party_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("third_party.id"))
    short_name: Mapped[str] = mapped_column(String(20), default="")  # 112, or "interpreter"
    number_sealed: Mapped[bytes | None]  # a third party's number that was typed
    label: Mapped[str] = mapped_column(String(60))
    token: Mapped[str] = mapped_column(String(43), unique=True)
    call_sid: Mapped[str | None] = mapped_column(String(34))
    device: Mapped[str] = mapped_column(String(8), default="phone")  # phone | browser
    state: Mapped[str] = mapped_column(String(8))  # asked | ringing | joined | left | failed
    muted: Mapped[bool] = mapped_column(default=False)
    on_hold: Mapped[bool] = mapped_column(default=False)
    coaching: Mapped[bool] = mapped_column(default=False)
    asked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    digits: Mapped[str] = mapped_column(String(20), default="")  # keys that go into this line next
    asked_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    stepped_out_at: Mapped[datetime | None]  # at her keys, outside the conference
    left_at: Mapped[datetime | None]
    left_by: Mapped[str | None] = mapped_column(String(12))  # self | staff | end | or Twilio's word for a failure

    __table_args__ = (
        Index("ix_talk_leg_contact_id", "contact_id", "asked_at"),
        Index("ix_talk_leg_offer_id", "offer_id"),
        Index(
            "ix_talk_leg_call_sid",
            "call_sid",
            sqlite_where=text("call_sid is not null"),
            postgresql_where=text("call_sid is not null"),
        ),
    )


class ThirdParty(Model):
    """Somebody whom administrators have made callable from a talk: an interpreter, or the full number of 112."""

    __tablename__ = "third_party"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    short_name: Mapped[str] = mapped_column(String(20))  # 112 | 110 | 119 | interpreter
    language: Mapped[str] = mapped_column(String(20), default="")  # of an interpreter
    name_sealed: Mapped[bytes]
    number_sealed: Mapped[bytes]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
