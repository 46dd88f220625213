"""She leaves the queue: by her own choice, by hanging up, or because she is being connected."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake import prompts
from tesa.intake.actions.ask_consent import is_asked_first
from tesa.intake.actions.give_up_waiting import give_up_waiting
from tesa.intake.actions.join_room import join_room
from tesa.intake.actions.last_resort import last_resort
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.ring_directly import ring_directly
from tesa.intake.actions.take_message import take_message
from tesa.intake.queries import locked
from tesa.intake.rules.words import ContactState
from tesa.intake.speaking import say
from tesa.telephony.inbound import CallForm
from tesa.telephony.plans import Hangup, Plan


def leave_queue(contact_id: uuid.UUID, form: CallForm, now: datetime) -> Plan:
    """Answer the Enqueue action."""
    contact = locked(contact_id)
    result = form.queue_result or ""
    if contact is None:
        return last_resort(now)
    log_event(contact_id, "left_queue", now, detail=result[:30])
    if result in ("bridged", "bridging-in-process", "redirected", "redirected-from-bridged"):
        at_once = contact.state == ContactState.IN_PROGRESS and not is_asked_first(contact)
        return join_room(contact_id, now) if at_once else ()
    if result == "hangup":
        give_up_waiting(contact, "hung_up", now)
        return ()
    if result == "leave" and contact.state == ContactState.IN_PROGRESS:
        return join_room(contact_id, now)  # somebody took her while she chose to leave: that is better than a promise
    if result == "leave" and contact.wants == "message":
        return take_message(contact, now)
    if result == "leave":
        give_up_waiting(contact, "asked", now)
        return (say(prompts.WILL_CALL, contact.language), Hangup())
    # The queue is full or Twilio could not play our waiting document: a person, directly.
    return ring_directly(contact_id, now)
