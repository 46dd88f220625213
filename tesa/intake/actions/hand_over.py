"""A colleague takes the talk over: the contact is hers, the first one leaves, the client notices nothing but a voice."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.cases.actions.note_contact_on_case import note_contact_on_case
from tesa.cases.actions.pass_draft_on import pass_draft_on
from tesa.core.db import db
from tesa.core.errors import RuleBroken
from tesa.core.vault import KeysAway
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.move_leg import move_leg
from tesa.intake.actions.shape_leg import hold_client, shape_client, shape_supervisors
from tesa.intake.models import Contact, Offer
from tesa.intake.rules.talk import LegKind, LegState
from tesa.intake.rules.words import ContactState
from tesa.intake.talk_queries import client_leg, colleague_leg, psychologist_leg
from tesa.psychologists.actions.mark_wrapup import mark_wrapup
from tesa.psychologists.public import wrap_up
from tesa.telephony.outbox import enqueue

log = logging.getLogger(__name__)
LEAVE_ROOM = "intake.leave_room"


def bring_together(contact: Contact, by: uuid.UUID | None, now: datetime) -> None:
    """The client comes back from hold: all three speak. Raises RuleBroken when no colleague is there."""
    if colleague_leg(contact.id) is None:
        raise RuleBroken(_("Belum ada rekan yang bergabung."))
    hold_client(contact, False, by, now)


def hand_over(contact: Contact, by: uuid.UUID | None, now: datetime) -> None:
    """Give `contact` (locked) to the colleague who has joined: her case, what was written about it, the talk.

    Raises RuleBroken when nobody has joined.
    """
    taker = colleague_leg(contact.id)
    if contact.state != ContactState.IN_PROGRESS or taker is None or taker.offer_id is None:
        raise RuleBroken(_("Belum ada rekan yang bergabung."))
    leaver, client = psychologist_leg(contact), client_leg(contact.id)
    if leaver is not None:
        if leaver.stepped_out_at is None:
            enqueue(LEAVE_ROOM, leaver.id, now)
        move_leg(leaver, LegState.LEFT, now, "handed_over")
    if contact.psychologist_id is not None:
        _give_papers(contact, contact.psychologist_id, taker.account_id, now)
        mark_wrapup(contact.psychologist_id, now, now + wrap_up())
    offer = db.session.get_one(Offer, taker.offer_id)
    offer.joined_at = offer.joined_at or now
    taker.kind = LegKind.PSYCHOLOGIST
    contact.psychologist_id, contact.taken_offer_id, contact.first_to_ring_id = taker.account_id, taker.offer_id, None
    if client is not None:
        client.on_hold = False
    shape_client(contact.id, now)
    shape_supervisors(contact.id, now)
    log_event(contact.id, "handed_over", now, taker.account_id)


def _give_papers(contact: Contact, giver: uuid.UUID, taker: uuid.UUID | None, now: datetime) -> None:
    if taker is None:
        return
    if contact.case_id is not None:
        note_contact_on_case(contact.case_id, contact.id, now, taker)
    try:
        with db.session.begin_nested():
            pass_draft_on(contact.id, contact.case_id, giver, taker, now)
    except KeysAway:
        log.warning("contact %s: the draft stays with the first psychologist, the key provider is away", contact.id)
