"""Whom to ring first. A pure order over frozen values: the same question gets the same answer, in any order of asking.

A wish (a woman, a language, the psychologist she knows) orders people and never drops anybody.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tesa.psychologists.rules.presence import State

HANDOVER = timedelta(seconds=60)  # in the last minute of a duty an offer goes to the incoming person
TALK_WINDOW = timedelta(minutes=120)
MISSED_WINDOW = timedelta(minutes=15)
MISSED_IN_A_ROW = timedelta(hours=12)  # misses of an earlier duty do not count against this one
TALK_BUCKET = 30  # minutes
MOST_BUCKETS = 3  # beyond 90 minutes of talk in the window everybody is equally last
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Need:
    """What a contact asks of the person who is rung.

    wish_woman, languages, preferred (the psychologist who knows her): wishes, they order. excluded: hard, never rung.
    critical: an emergency; certificates for emergencies are not kept, so it excludes nobody.
    """

    wish_woman: bool
    languages: frozenset[str]
    preferred: uuid.UUID | None
    excluded: frozenset[uuid.UUID]
    critical: bool
    women_only: bool = False  # she has chosen to wait for a woman; hard while it lasts


@dataclass(frozen=True)
class Person:
    """A person whose duty runs now or begins within a minute, with all the order looks at."""

    account_id: uuid.UUID
    tier: int
    starts_at: datetime
    ends_at: datetime  # of the whole run of adjoining shifts
    state: State
    active: bool
    has_phone: bool
    gender: str | None
    languages: frozenset[str]
    talk_minutes: int  # in the last 120 minutes
    missed: int  # offers in the last 15 minutes
    idle_since: datetime | None  # end of her last talk


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be rung, and in codes why she stands where she stands."""

    account_id: uuid.UUID
    tier: int
    reasons: tuple[str, ...]


def rank(people: Iterable[Person], need: Need, now: datetime, tiers: Iterable[int], free_only: bool) -> list[Candidate]:
    """Those of `people` who may be rung for `need` at `now`, best first.

    Left out: other tiers, no telephone, inactive, excluded, and (if `free_only`) whoever is not free. Order: free
    before busy, tier, hand-over, woman wished for, the one who knows her, language, talk of the last two hours,
    missed offers, longest idle, account id.
    """
    open_tiers = frozenset(tiers)
    able = [p for p in people if _may_be_rung(p, need, open_tiers, free_only)]
    return [_candidate(p, need, now) for p in sorted(able, key=lambda p: _order(p, need, now))]


def _may_be_rung(person: Person, need: Need, tiers: frozenset[int], free_only: bool) -> bool:
    return why_not(person, need, tiers, free_only) is None


def why_not(person: Person, need: Need, tiers: Collection[int], free_only: bool) -> str | None:
    """Why she is not rung for `need`, as a code: other_tier, inactive, no_phone, excluded, or her state; None: she may
    be.
    """
    if person.tier not in tiers:
        return "other_tier"
    if not person.active:
        return "inactive"
    if not person.has_phone:
        return "no_phone"
    if person.account_id in need.excluded:
        return "excluded"
    if need.women_only and person.gender != "P":
        return "no_woman"
    return str(person.state) if free_only and person.state != State.FREE else None


def _order(person: Person, need: Need, now: datetime) -> tuple[object, ...]:
    return (
        person.state != State.FREE,
        person.tier,
        handover_rank(person, now),
        wish_missed(person, need),
        person.account_id != need.preferred,
        language_missed(person, need),
        talk_bucket(person.talk_minutes),
        person.missed,
        person.idle_since or NEVER,
        person.account_id,
    )


def handover_rank(person: Person, now: datetime) -> int:
    """0 stays on duty, 1 begins within a minute, 2 goes within a minute."""
    if person.starts_at > now:
        return 1
    return 2 if person.ends_at - now <= HANDOVER else 0


def wish_missed(person: Person, need: Need) -> bool:
    """A woman was asked for, and this is none (or it is not known)."""
    return need.wish_woman and person.gender != "P"


def language_missed(person: Person, need: Need) -> bool:
    """Languages were asked for, and she speaks none of them."""
    return bool(need.languages) and not need.languages & person.languages


def talk_bucket(minutes: int) -> int:
    """Talk of the last two hours in steps of half an hour: 0 below 30 minutes, at most 3."""
    return min(minutes // TALK_BUCKET, MOST_BUCKETS)


def _candidate(person: Person, need: Need, now: datetime) -> Candidate:
    reasons = [f"tier_{person.tier}"]
    if person.state != State.FREE:
        reasons.append(str(person.state))
    reasons += (["incoming"], ["leaving"])[handover_rank(person, now) - 1] if handover_rank(person, now) else []
    if need.wish_woman:
        reasons.append("no_woman" if wish_missed(person, need) else "woman")
    if person.account_id == need.preferred:
        reasons.append("knows_her")
    if need.languages:
        reasons.append("no_language" if language_missed(person, need) else "language")
    if person.talk_minutes:
        reasons.append(f"talked_{person.talk_minutes}")
    if person.missed:
        reasons.append(f"missed_{person.missed}")
    return Candidate(person.account_id, person.tier, tuple(reasons))
