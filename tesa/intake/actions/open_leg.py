"""Somebody is asked into a talk, or enters it: her row."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from tesa.core.db import db, new_id
from tesa.intake.rules.talk import LegKind, LegState
from tesa.intake.talk_models import TalkLeg

LABELS = {LegKind.TRANSFER: "rekan", LegKind.THIRD: "pihak", LegKind.SUPERVISOR: "koordinator"}


def open_leg(
    contact_id: uuid.UUID,
    kind: LegKind,
    now: datetime,
    *,
    state: LegState = LegState.ASKED,
    account_id: uuid.UUID | None = None,
    offer_id: uuid.UUID | None = None,
    call_sid: str | None = None,
    label: str | None = None,
    asked_by: uuid.UUID | None = None,
) -> TalkLeg:
    """Add a participant to the talk of a contact (locked). `label` names her towards Twilio; one of its own if None."""
    leg_id = new_id()
    leg = TalkLeg(
        id=leg_id,
        contact_id=contact_id,
        kind=kind,
        account_id=account_id,
        offer_id=offer_id,
        label=label or f"{LABELS.get(kind, str(kind))}-{leg_id}",
        token=secrets.token_urlsafe(32),
        call_sid=call_sid,
        state=state,
        asked_by=asked_by,
        asked_at=now,
        joined_at=now if state == LegState.JOINED else None,
        device="phone",
        short_name="",
        muted=False,
        on_hold=False,
        coaching=False,
        digits="",
    )
    db.session.add(leg)
    db.session.flush()
    return leg
