"""What she hears while she waits: never bare ringing, keys at any time, and after a while a choice."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from tesa.intake import addresses, prompts
from tesa.intake.models import Contact
from tesa.intake.queries import call_of, locked
from tesa.intake.rules import ladder
from tesa.intake.rules.words import ContactState
from tesa.psychologists.public import on_duty
from tesa.telephony.inbound import CallForm, settings
from tesa.telephony.plans import Gather, Pause, Plan, Say

GREETED_WITHIN = timedelta(seconds=3)
ROUND = 10  # seconds one round of waiting lasts, about


def keep_waiting(contact_id: uuid.UUID, form: CallForm, now: datetime) -> Plan:
    """The next document of her waiting; also the sign of life by which the sweep knows that she is still there."""
    contact, call = locked(contact_id), call_of(contact_id)
    if contact is None or call is None:
        return (Say(prompts.STAY), Pause(ROUND))
    first = call.queue_sid is None and now - contact.opened_at < GREETED_WITHIN
    call.heard_at = now
    call.queue_sid = form.queue_sid or call.queue_sid
    return _gather(contact_id, _sentence(contact, now, first), pause=1 if first else ROUND - 5)


def _gather(contact_id: uuid.UUID, sentence: str, pause: int) -> Plan:
    return (Gather(addresses.of_call(contact_id, "key"), (Say(sentence), Pause(pause)), timeout=1),)


def _sentence(contact: Contact, now: datetime, first: bool) -> str:
    if first:
        return prompts.GREETING
    if contact.state == ContactState.IN_PROGRESS:
        return prompts.CONNECTING
    waited = int((now - contact.opened_at).total_seconds())
    turn = waited // ROUND % 3
    if ladder.choice_due(contact.opened_at, now, _reachable(now)) and turn != 2:
        return prompts.CHOICE
    if waited < ROUND:
        return prompts.HINT
    return (prompts.STAY, prompts.HINT, prompts.STAY_AGAIN)[turn]


def _reachable(now: datetime) -> bool:
    return bool(settings().coordinator_numbers) or bool(on_duty("hotline", now))
