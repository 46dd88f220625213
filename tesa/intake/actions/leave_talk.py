"""A participant's line is over. What follows depends on who it was; a second report changes nothing."""

from __future__ import annotations

from datetime import datetime

from tesa.intake.actions.hand_over import hand_over
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.lose_psychologist import lose_psychologist
from tesa.intake.actions.move_leg import move_leg
from tesa.intake.actions.note_caller_status import caller_is_gone
from tesa.intake.actions.shape_leg import shape_client
from tesa.intake.models import Contact
from tesa.intake.queries import call_of
from tesa.intake.rules.talk import BROWSER_COMES_BACK_WITHIN, LegKind, LegState
from tesa.intake.rules.words import ContactState
from tesa.intake.talk_models import TalkLeg
from tesa.intake.talk_queries import client_leg, colleague_leg, psychologist_leg
from tesa.psychologists.actions.mark_wrapup import mark_wrapup
from tesa.psychologists.public import wrap_up

LEFT_CODES = {LegKind.THIRD: "third_left", LegKind.SUPERVISOR: "coordinator_left", LegKind.TRANSFER: "colleague_left"}


def leave_talk(leg: TalkLeg, contact: Contact, now: datetime, by: str, state: LegState = LegState.LEFT) -> None:
    """Note that `leg` of `contact` (locked) is over; `by` as in move_leg."""
    if leg.kind == LegKind.CLIENT:
        caller_is_gone(contact, now)
        return
    was_there = leg.state == LegState.JOINED
    if not move_leg(leg, state, now, by):
        return
    if contact.state != ContactState.IN_PROGRESS:
        return
    if leg.kind == LegKind.PSYCHOLOGIST:
        _psychologist_left(leg, contact, now)
        return
    if leg.account_id is not None:
        mark_wrapup(leg.account_id, now, now + wrap_up() if was_there and leg.kind == LegKind.TRANSFER else now)
    if leg.kind == LegKind.TRANSFER and was_there:
        _back_to_first(contact, now)
    if was_there:
        log_event(contact.id, LEFT_CODES[LegKind(leg.kind)], now, leg.account_id, detail=leg.short_name)
    elif leg.kind == LegKind.THIRD:
        log_event(contact.id, "third_missed", now, detail=leg.short_name)


def _back_to_first(contact: Contact, now: datetime) -> None:
    """The colleague is gone before she took over: the client hears the first one again."""
    client = client_leg(contact.id)
    if client is not None:
        client.on_hold = False
        shape_client(contact.id, now)


def _psychologist_left(leg: TalkLeg, contact: Contact, now: datetime) -> None:
    if leg.offer_id != contact.taken_offer_id or psychologist_leg(contact) is not None:
        return  # handed over, or her page was loaded anew and she is here by another line
    if colleague_leg(contact.id) is not None:
        hand_over(contact, None, now)
        return
    call = call_of(contact.id)
    if leg.device == "browser" and call is not None and call.line_lost_at is None:
        call.line_lost_at = now
        contact.next_step_at = now + BROWSER_COMES_BACK_WITHIN
        shape_client(contact.id, now)
        log_event(contact.id, "browser_away", now, leg.account_id)
        return
    lose_psychologist(contact, now)
