"""What Twilio tells of a conference. It only follows: the rows say who takes part and how.

Events come twice, late, in any order, or not at all. Joining moves a row forward. Of leaving, only the caller's hanging
up is a fact by itself; a psychologist may be at her keys, or her page may be loading anew: her line's own status
decides, and Twilio is asked in a moment if it does not come. When somebody is muted or held otherwise than the rows
say, Twilio is told again.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake import addresses
from tesa.intake.actions.ask_by_key import is_being_asked
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.move_leg import move_leg
from tesa.intake.actions.note_caller_status import caller_is_gone
from tesa.intake.actions.shape_leg import shape_leg
from tesa.intake.actions.watch_connection import look_soon
from tesa.intake.models import Contact
from tesa.intake.queries import call_of, locked
from tesa.intake.rules.talk import LegKind, LegState, client_hears_music
from tesa.intake.rules.words import ContactState
from tesa.intake.talk_models import TalkLeg
from tesa.intake.talk_queries import leg_in_room, legs_of
from tesa.telephony.inbound import CallForm

CHANGES = frozenset({
    "participant-join", "participant-mute", "participant-unmute", "participant-hold", "participant-unhold",
    "participant-modify",
})  # fmt: skip
HUNG_UP = "participant_hung_up"


def note_room_event(contact_id: uuid.UUID, form: CallForm, now: datetime) -> None:
    """Take note of one event of the conference of a contact."""
    contact, call = locked(contact_id), call_of(contact_id)
    if contact is None or call is None or contact.state != ContactState.IN_PROGRESS:
        return
    if form.room_name and form.room_name != addresses.room(contact_id, call.room_round):
        return  # of an earlier room: that line broke off
    call.room_sid = form.room_sid or call.room_sid
    if call.joined_at is None:
        return
    if form.event == "conference-end":
        look_soon(contact, now)
    leg = leg_in_room(contact_id, form.sid, form.label) if form.event else None
    if leg is None:
        return
    if form.event == "participant-leave":
        _left(leg, contact, form, now)
    elif form.event in CHANGES:
        _came_or_changed(leg, form, now)


def _left(leg: TalkLeg, contact: Contact, form: CallForm, now: datetime) -> None:
    hung_up = form.left_because in (HUNG_UP, "") and not is_being_asked(contact.id, now)
    if leg.kind == LegKind.CLIENT and hung_up:
        caller_is_gone(contact, now)
    else:
        look_soon(contact, now)


def _came_or_changed(leg: TalkLeg, form: CallForm, now: datetime) -> None:
    if form.event == "participant-join":
        leg.digits = ""
        if leg.kind == LegKind.THIRD and move_leg(leg, LegState.JOINED, now):
            log_event(leg.contact_id, "third_joined", now, detail=leg.short_name)
    held = client_hears_music(legs_of(leg.contact_id)) if leg.kind == LegKind.CLIENT else False
    if form.held not in (None, held) or form.muted not in (None, leg.muted):
        shape_leg(leg, now)
