"""Reads shaped for the page of continuity. Numbers are masked before they leave this module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tesa.accounts.public import emails, staff
from tesa.continuity import queries
from tesa.continuity.actions.follow_self_call import steps_of
from tesa.continuity.document import document
from tesa.continuity.exporting import wanted
from tesa.continuity.models import FallbackPlace, SelfCall
from tesa.continuity.rules.ringing import AHEAD
from tesa.continuity.rules.self_call import Outcome, Step
from tesa.core.vault import KeysAway
from tesa.psychologists.public import on_duty_or_coming
from tesa.telephony.inbound import settings
from tesa.telephony.numbers import masked


@dataclass(frozen=True)
class PlaceRow:
    """One place, and how the export to it fares; `row` None: nothing was exported yet."""

    name: str
    row: FallbackPlace | None


@dataclass(frozen=True)
class NumberRow:
    """One number of the document in its order: whose it is."""

    number: str
    whose: str | None  # None: a coordinators' number of the settings


@dataclass(frozen=True)
class TestRow:
    """One test with the time of each step."""

    test: SelfCall
    steps: Sequence[tuple[Step, datetime | None]]
    by: str | None
    seconds: float | None


def place_rows() -> list[PlaceRow]:
    """The places of the settings."""
    known = queries.places()
    return [PlaceRow(name, known.get(name)) for name in wanted()]


def number_rows(now: datetime) -> list[NumberRow] | None:
    """Whom the document rings, in its order; None while the keys are away."""
    try:
        numbers = document(now).numbers
    except KeysAway:
        return None
    people = staff(person.account_id for person in on_duty_or_coming("hotline", now, AHEAD))
    names = {person.phone: person.name for person in people.values()}
    return [NumberRow(masked(number), names.get(number)) for number in numbers]


def test_rows() -> list[TestRow]:
    """The newest tests, newest first."""
    tests = queries.last_tests()
    names = emails(test.started_by for test in tests if test.started_by is not None)
    return [
        TestRow(
            test=test,
            steps=list(steps_of(test).items()),
            by=names.get(test.started_by) if test.started_by is not None else None,
            seconds=(test.met_at - test.started_at).total_seconds() if test.met_at else None,
        )
        for test in tests
    ]


def is_running(tests: Sequence[TestRow]) -> bool:
    """Does one run now?"""
    return any(row.test.outcome == Outcome.RUNNING for row in tests)


def self_call_number() -> str | None:
    """Our second number, masked; None: not set."""
    number = settings().self_call_number
    return masked(number) if number else None
