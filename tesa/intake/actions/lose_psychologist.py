"""The psychologist's line is gone and nobody has ended the talk: the caller is not dropped, she waits again, first."""

from __future__ import annotations

from datetime import datetime, timedelta

from tesa.intake.actions.climb_ladder import ring_person
from tesa.intake.actions.end_talk import close_lines
from tesa.intake.actions.give_up_waiting import give_up_waiting
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.move_leg import move_leg
from tesa.intake.actions.withdraw_offers import withdraw_offers
from tesa.intake.models import Contact
from tesa.intake.queries import call_of
from tesa.intake.rules import ladder
from tesa.intake.rules.talk import LegState
from tesa.intake.rules.words import ContactState
from tesa.intake.talk_queries import client_leg, psychologist_leg
from tesa.psychologists.actions.mark_free import mark_free
from tesa.psychologists.actions.mark_wrapup import mark_wrapup
from tesa.psychologists.public import on_duty
from tesa.telephony.outbox import enqueue

TO_QUEUE = "intake.to_queue"


def lose_psychologist(contact: Contact, now: datetime) -> None:
    """Put the caller of `contact` (locked, in progress) back to the head of the queue; its psychologist rings at once.

    The ladder begins anew: she at second 0, the others as if the call had come in four seconds ago. If the caller has
    gone meanwhile, a call-back task follows.
    """
    call = call_of(contact.id)
    if contact.state != ContactState.IN_PROGRESS or call is None:
        return
    lost, leg, client = contact.psychologist_id, psychologist_leg(contact), client_leg(contact.id)
    if leg is not None:
        move_leg(leg, LegState.LEFT, now, "lost")
    contact.state, contact.taken_offer_id, contact.psychologist_id = ContactState.WAITING, None, None
    contact.waiting_since, contact.first_to_ring_id = contact.opened_at, lost
    contact.ladder_step, contact.ladder_from = 0, now - timedelta(seconds=ladder.FIRST_RING_AT)
    call.joined_at, call.queue_sid, call.room_sid, call.line_lost_at = None, None, None, None
    call.heard_at, call.room_round = now, call.room_round + 1
    if client is not None:
        client.on_hold = False
    withdraw_offers(contact.id, now)
    close_lines(contact, now)
    log_event(contact.id, "line_lost", now, lost)
    if lost is not None:
        mark_wrapup(lost, now, now)
        mark_free(lost, now)
    if call.ended_at is not None:
        give_up_waiting(contact, "hung_up", now)
        return
    enqueue(TO_QUEUE, contact.id, now)
    contact.next_step_at = now
    if lost is not None:
        tier = next((p.tier for p in on_duty("hotline", now) if p.account_id == lost), 1)
        if ring_person(contact, lost, tier, ("line_broke_off",), now):
            contact.ladder_step = 1
            contact.next_step_at = ladder.due_at(1, contact.emergency_at is not None, contact.ladder_from)
