"""Tables of ringing: the lines on which an offer is made, and whose browser can be rung."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from tesa.core.db import Model, new_id


class OfferLeg(Model):
    """One line on which an offer rings: her ordinary telephone, or her browser. Whichever accepts first is the talk's.

    The offer's own `call_sid`, `leg_status` and `leg_rank` are those of the line that counts: the one that was
    accepted on, before that her ordinary telephone's.
    """

    __tablename__ = "offer_leg"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    offer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("offer.id"))
    device: Mapped[str] = mapped_column(String(8))  # phone | browser
    token: Mapped[str] = mapped_column(String(43), unique=True)
    call_sid: Mapped[str | None] = mapped_column(String(34))
    status: Mapped[str] = mapped_column(String(12), default="")
    rank: Mapped[int] = mapped_column(default=0)

    __table_args__ = (Index("ix_offer_leg_offer_id", "offer_id"),)


class BrowserPhone(Model):
    """A page of hers that can be rung said so last at `seen_at`."""

    __tablename__ = "browser_phone"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    seen_at: Mapped[datetime]
