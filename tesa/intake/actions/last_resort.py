"""When our own machinery cannot serve a caller, she still reaches a human: ring the duty phones one after the other."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from datetime import datetime

from tesa.accounts.public import staff
from tesa.intake import prompts
from tesa.intake.speaking import say
from tesa.psychologists.public import on_duty
from tesa.telephony.inbound import settings
from tesa.telephony.plans import DialNumbers, Hangup, Plan, Play, Say

MOST_NUMBERS = 10  # Twilio's limit for one Dial


def last_resort(now: datetime, but: Collection[uuid.UUID] = ()) -> Plan:
    """Ring those on duty except `but`, first line first, then the coordinators' numbers. Needs the database; see
    `without_database`.
    """
    duty = [person for person in on_duty("hotline", now) if person.account_id not in but]
    people = staff([person.account_id for person in duty])
    phones = [people[p.account_id].phone for p in duty if p.account_id in people]
    return _ring(tuple(dict.fromkeys([p for p in phones if p] + list(settings().coordinator_numbers))), say)


def without_database() -> Plan:
    """Ring the coordinators' numbers, which stand in the settings; recordings stand in the database."""
    return _ring(settings().coordinator_numbers, Say)


def _ring(numbers: tuple[str, ...], speak: Callable[[str], Say | Play]) -> Plan:
    if not numbers:
        return (speak(prompts.LAST_RESORT_NOBODY), Hangup())
    return (
        speak(prompts.LAST_RESORT),
        DialNumbers(numbers[:MOST_NUMBERS], caller_id=settings().voice_number),
        speak(prompts.LAST_RESORT_NOBODY),
        Hangup(),
    )
