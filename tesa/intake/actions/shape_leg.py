"""Twilio is told how a participant should be: muted, on hold, heard by one person only.

What is told is read from the rows when it is sent, whole, so that it may be told twice or late. When Twilio's events
say otherwise than the rows, it is told again (see note_room_event).
"""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.core.errors import RuleBroken
from tesa.intake.actions.log_event import log_event
from tesa.intake.models import Contact
from tesa.intake.rules.talk import LegKind, LegState
from tesa.intake.rules.words import ContactState
from tesa.intake.talk_models import TalkLeg
from tesa.intake.talk_queries import client_leg, live_legs
from tesa.telephony.outbox import enqueue

SHAPE = "intake.shape_leg"


def shape_leg(leg: TalkLeg, now: datetime) -> None:
    """Tell Twilio how `leg` should be, if it is in the talk."""
    if leg.state == LegState.JOINED:
        enqueue(SHAPE, leg.id, now)


def shape_client(contact_id: uuid.UUID, now: datetime) -> None:
    """Tell Twilio whether the client hears music or us."""
    leg = client_leg(contact_id)
    if leg is not None:
        shape_leg(leg, now)


def shape_supervisors(contact_id: uuid.UUID, now: datetime) -> None:
    """The psychologist has another leg than before: whoever whispers to her has to be heard there."""
    for leg in live_legs(contact_id):
        if leg.kind == LegKind.SUPERVISOR:
            shape_leg(leg, now)


def hold_client(contact: Contact, on: bool, by: uuid.UUID | None, now: datetime) -> None:
    """Put the client of `contact` (locked) on hold with music, or take her back. Raises RuleBroken without a talk."""
    leg = client_leg(contact.id)
    if contact.state != ContactState.IN_PROGRESS or leg is None or leg.state != LegState.JOINED:
        raise RuleBroken(_("Tidak ada percakapan telepon yang sedang berlangsung."))
    if leg.on_hold == on:
        return
    leg.on_hold = on
    shape_leg(leg, now)
    log_event(contact.id, "held" if on else "resumed", now, by)


def mute_leg(leg: TalkLeg, on: bool, by: uuid.UUID | None, now: datetime) -> None:
    """Mute one's own leg, or let it be heard again; it works for any telephone."""
    if leg.muted == on:
        return
    leg.muted = on
    shape_leg(leg, now)
    log_event(leg.contact_id, "muted" if on else "unmuted", now, by)
