"""A psychologist's page was loaded anew during a talk: her new line enters the same conference."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake import prompts, speaking
from tesa.intake.actions.accept_offer import accept_offer
from tesa.intake.actions.fetch_caller import fetch_caller
from tesa.intake.actions.join_room import room_for, room_of
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.move_leg import move_leg
from tesa.intake.actions.open_leg import open_leg
from tesa.intake.actions.shape_leg import shape_client, shape_supervisors
from tesa.intake.models import Contact
from tesa.intake.queries import call_of, locked, open_offer
from tesa.intake.rules.talk import LegKind, LegState
from tesa.intake.rules.words import ContactState
from tesa.intake.talk_queries import legs_of
from tesa.telephony.plans import Hangup, Plan


def rejoin_room(
    contact_id: uuid.UUID, account_id: uuid.UUID, now: datetime, call_sid: str | None = None, device: str = "browser"
) -> Plan:
    """The document for the new line of `account_id`, with SID `call_sid`: back into the talk, as muted as she was.

    If she was away for so long that the caller waits again, and her phone rings for her, this is her acceptance.
    Otherwise: that the connection is closed.
    """
    contact = locked(contact_id)
    if contact is not None and contact.state == ContactState.IN_PROGRESS and contact.psychologist_id == account_id:
        return _back(contact, account_id, call_sid, device, now)
    offer = open_offer(contact_id, account_id) if contact is not None else None
    waits = contact is not None and contact.state == ContactState.WAITING and contact.first_to_ring_id == account_id
    if contact is None or not waits or offer is None or offer.kind != "call":
        return (speaking.say(prompts.GONE), Hangup())
    accept_offer(offer, contact, "page", now)
    fetch_caller(offer, contact, now)
    return room_for(offer, now, call_sid, device)


def _back(contact: Contact, account_id: uuid.UUID, call_sid: str | None, device: str, now: datetime) -> Plan:
    mine = [leg for leg in legs_of(contact.id) if leg.kind == LegKind.PSYCHOLOGIST and leg.account_id == account_id]
    same = next((leg for leg in mine if call_sid and leg.call_sid == call_sid and leg.state == LegState.JOINED), None)
    if same is not None:
        return (room_of(same),)
    leg = open_leg(
        contact.id, LegKind.PSYCHOLOGIST, now, state=LegState.JOINED, account_id=account_id,
        offer_id=contact.taken_offer_id, call_sid=call_sid,
    )  # fmt: skip
    leg.device, leg.muted = device, bool(mine) and mine[-1].muted
    for old in mine:
        move_leg(old, LegState.LEFT, now, "rejoined")
    call = call_of(contact.id)
    if call is not None:
        call.line_lost_at = None
    shape_client(contact.id, now)
    shape_supervisors(contact.id, now)
    log_event(contact.id, "rejoined", now, account_id)
    return (room_of(leg),)
