"""Somebody who was asked into a talk accepts, and comes in."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from tesa.core.errors import Conflict
from tesa.intake.actions.join_room import room_of
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.move_leg import move_leg
from tesa.intake.actions.shape_leg import shape_client
from tesa.intake.actions.withdraw_offers import end_offer
from tesa.intake.models import Contact, Offer
from tesa.intake.queries import offers_of
from tesa.intake.rules.talk import LegKind, LegState
from tesa.intake.rules.words import ContactState, OfferOutcome
from tesa.intake.talk_queries import client_leg, leg_of_offer, psychologist_leg
from tesa.psychologists.actions.mark_talking import mark_talking
from tesa.psychologists.public import state_of
from tesa.psychologists.rules.presence import State
from tesa.telephony.outbox import enqueue
from tesa.telephony.plans import Plan

SAY_LISTENED = "intake.say_listened"
ACCEPTED_CODES = {"transfer": "transfer_accepted", "join": "coordinator_joined", "listen": "listening"}


def accept_into_talk(offer: Offer, contact: Contact, how: str, now: datetime) -> None:
    """The person of `offer` comes into the talk of `contact` (locked). `how`: phone or page.

    Raises Conflict when the talk is over.
    """
    if contact.state != ContactState.IN_PROGRESS or offer.outcome is not None:
        raise Conflict(_("Percakapan ini sudah selesai."))
    offer.outcome, offer.ended_at, offer.accepted_by = OfferOutcome.ACCEPTED, now, how
    for other in offers_of(contact.id):
        if offer.kind == "join" and other.kind == "join" and other.outcome is None and other.id != offer.id:
            end_offer(other, OfferOutcome.CANCELLED, now)
    account = offer.account_id
    if account is not None and state_of(account, now) in (State.RINGING, State.FREE):
        mark_talking(account, contact.id, now)
    log_event(contact.id, ACCEPTED_CODES[offer.kind], now, account, detail=how)


def enter_talk(offer: Offer, contact: Contact, now: datetime, call_sid: str | None, device: str) -> Plan:
    """Her line goes into the conference. The client hears music while two psychologists speak; a psychologist is told
    when somebody begins to listen. Asked for twice, it gives the same.
    """
    leg = leg_of_offer(offer.id)
    if leg is None:
        return ()
    leg.call_sid, leg.device = leg.call_sid or call_sid or offer.call_sid, device
    if move_leg(leg, LegState.JOINED, now):
        offer.joined_at = offer.joined_at or now
        if leg.kind == LegKind.TRANSFER:
            client = client_leg(contact.id)
            if client is not None:
                client.on_hold = True
                shape_client(contact.id, now)
        heard = psychologist_leg(contact)
        if offer.kind == "listen" and heard is not None:
            enqueue(SAY_LISTENED, heard.id, now)
    return (room_of(leg),)
