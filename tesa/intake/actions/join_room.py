"""Caller and psychologist meet in a conference."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from tesa.intake import addresses
from tesa.intake.actions.log_event import log_event
from tesa.intake.models import Offer
from tesa.intake.queries import call_of, locked
from tesa.telephony.plans import JoinConference, Plan

CHECK_EVERY = timedelta(seconds=60)  # how often a talk is checked to be still going on, in case callbacks were lost


def join_room(contact_id: uuid.UUID, now: datetime) -> Plan:
    """The caller's leg goes into the conference; with that both are connected."""
    contact, call = locked(contact_id), call_of(contact_id)
    if contact is None or call is None:
        return ()
    if call.joined_at is None:
        call.joined_at = now
        contact.next_step_at = now + CHECK_EVERY
        log_event(contact_id, "connected", now)
    return (_room(contact_id, "klien", addresses.of_call(contact_id, "after")),)


def room_for(offer: Offer) -> Plan:
    """The psychologist's leg goes into the conference."""
    return (_room(offer.contact_id, f"konselor-{offer.id}", addresses.of_offer(offer.token, "after")),)


def _room(contact_id: uuid.UUID, label: str, action: str) -> JoinConference:
    return JoinConference(
        room=addresses.room(contact_id),
        label=label,
        action=action,
        events_url=addresses.of_room(contact_id),
        wait_url=addresses.room_wait(),
    )
