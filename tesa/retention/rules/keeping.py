"""How long each thing is kept, and when at night the rules are carried out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SHORTEST, LONGEST = 30, 36_500  # days; younger things are still being worked on, and are in backups anyway
NIGHT_FROM, NIGHT_UNTIL = time(2), time(5)  # local; the quietest hours of the line


class Thing(StrEnum):
    """What a rule is about."""

    CONTACT = "contact"  # number and messages of a call or conversation
    PERSON = "person"  # name, alias, numbers, safe-contact words
    NOTE = "note"
    DISPATCH = "dispatch"  # place, what is known, what to beware of
    ODDITY = "oddity"  # a request of odd shape, kept aside
    FLAG = "flag"  # the number that a flag was on


@dataclass(frozen=True)
class Rule:
    """`thing` (its data keys are of class `klass`) is destroyed `days` after what `clock` names.

    `reason` says where the figure comes from: the law gives the duty to destroy, not the number of days.
    """

    thing: Thing
    klass: str
    days: int
    clock: str
    reason: str


PDP = "pdp_43_44"  # UU 27/2022, articles 43 and 44: erase what is no longer needed, destroy what has been kept long enough
YEAR = 365

DEFAULTS: Mapping[Thing, Rule] = {
    rule.thing: rule
    for rule in (
        Rule(Thing.CONTACT, "contact", YEAR, "contact_and_case_ended", PDP),
        Rule(Thing.PERSON, "contact", 5 * YEAR, "last_case_closed", PDP),
        Rule(Thing.NOTE, "note", 5 * YEAR, "case_closed", PDP),
        Rule(Thing.DISPATCH, "dispatch", 2 * YEAR, "dispatch_and_case_ended", PDP),
        Rule(Thing.ODDITY, "contact", 90, "came_in", PDP),
        Rule(Thing.FLAG, "contact", 30, "flag_ended", PDP),
    )
}
"""What holds until somebody changes it. The figures are TeSA's own choice."""


def rules_with(changed: Mapping[str, int]) -> dict[Thing, Rule]:
    """The rules, with the days that were changed (by thing); others keep the default."""
    return {thing: replace(rule, days=changed.get(thing, rule.days)) for thing, rule in DEFAULTS.items()}


def fit(days: int) -> bool:
    """May a rule say this many days?"""
    return SHORTEST <= days <= LONGEST


def ended_before(rule: Rule, now: datetime) -> datetime:
    """What ended then or earlier is due at `now`."""
    return now - timedelta(days=rule.days)


def is_night(now: datetime, zone: ZoneInfo) -> bool:
    """Is it the time in which rules are carried out?"""
    return NIGHT_FROM <= now.astimezone(zone).time() < NIGHT_UNTIL


class HoldReason(StrEnum):
    """Why a case may not be destroyed."""

    COURT = "court"
    POLICE = "police"
    COMPLAINT = "complaint"
    REVIEW = "review"
    CLIENT = "client"


class Why(StrEnum):
    """Why something was destroyed."""

    RETENTION = "retention"
    BY_HAND = "by_hand"
