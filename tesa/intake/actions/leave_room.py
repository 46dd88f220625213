"""The caller has come out of the conference: a goodbye if the talk is over, and never a dead line if it is not."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.intake.actions.join_room import return_to_queue
from tesa.intake.actions.lose_psychologist import lose_psychologist
from tesa.intake.actions.say_privacy import say_goodbye
from tesa.intake.queries import locked
from tesa.intake.rules.words import FINAL_RANK, LEG_RANK, ContactState
from tesa.telephony.inbound import CallForm
from tesa.telephony.plans import Plan


def leave_room(contact_id: uuid.UUID, form: CallForm, now: datetime) -> Plan:
    """What she hears next. If nobody has ended the talk while her line stands, it broke off: she waits again, first."""
    contact = locked(contact_id)
    if contact is None or LEG_RANK.get(form.status, 0) >= FINAL_RANK:
        return say_goodbye(contact_id)
    if contact.state == ContactState.IN_PROGRESS and contact.taken_offer_id is not None:
        lose_psychologist(contact, now)
    if contact.state == ContactState.WAITING:
        return return_to_queue(contact_id, now)
    return say_goodbye(contact_id)
