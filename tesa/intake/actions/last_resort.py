"""When our own machinery cannot serve a caller, she still reaches a human: ring the duty phones one after the other."""

from __future__ import annotations

from datetime import datetime

from tesa.accounts.public import staff
from tesa.intake import prompts
from tesa.psychologists.public import on_duty
from tesa.telephony.inbound import settings
from tesa.telephony.plans import DialNumbers, Hangup, Plan, Say

MOST_NUMBERS = 10  # Twilio's limit for one Dial


def last_resort(now: datetime) -> Plan:
    """Ring those on duty, first line first, then the coordinators' numbers. Needs the database; see `without_database`."""
    duty = on_duty("hotline", now)
    people = staff([person.account_id for person in duty])
    phones = [people[p.account_id].phone for p in duty if p.account_id in people]
    return _ring(tuple(dict.fromkeys([p for p in phones if p] + list(settings().coordinator_numbers))))


def without_database() -> Plan:
    """Ring the coordinators' numbers, which stand in the settings."""
    return _ring(settings().coordinator_numbers)


def _ring(numbers: tuple[str, ...]) -> Plan:
    if not numbers:
        return (Say(prompts.LAST_RESORT_NOBODY), Hangup())
    return (
        Say(prompts.LAST_RESORT),
        DialNumbers(numbers[:MOST_NUMBERS], caller_id=settings().voice_number),
        Say(prompts.LAST_RESORT_NOBODY),
        Hangup(),
    )
