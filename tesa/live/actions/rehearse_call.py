"""Who would ring for a number, and why. Nothing happens to anybody; that somebody asked is on record."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.accounts.public import Role, emails, with_role
from tesa.core.errors import RuleBroken
from tesa.intake.actions.offer_contact import coordinators
from tesa.intake.rehearsing import needs_of_number
from tesa.intake.wishes import languages_of
from tesa.live.rules.rehearsal import LeftOut, Situation, Step, left_out, rehearse
from tesa.psychologists.public import Gap, Need, gaps, next_gap, people_at
from tesa.telephony.numbers import normalised

AHEAD = timedelta(days=92)  # no rota reaches further
LOOKS_FOR_GAPS = 7  # days


@dataclass(frozen=True)
class Wish:
    """A call as it might come in. `at` None: now."""

    number: str
    at: datetime | None
    woman: bool = False
    language: str = ""
    critical: bool = False


@dataclass(frozen=True)
class Rehearsal:
    """The answer. `assumed`: the instant is to come, so everybody is taken to be free. `away`: the number is blocked."""

    at: datetime
    number: str | None
    assumed: bool
    away: bool
    critical: bool
    steps: tuple[Step, ...]
    left_out: tuple[LeftOut, ...]
    off_duty: tuple[str, ...]  # psychologists who are not on the rota then, by e-mail address
    gap: Gap | None  # the first line is not covered then
    next_gap: Gap | None
    names: dict[uuid.UUID, str]


def rehearse_call(wish: Wish, by: uuid.UUID | None, now: datetime) -> Rehearsal:
    """Walk through the ladder for `wish`; `by` None: the command line. The number is put on no record.

    Raises RuleBroken for what is no number, and for an instant that is past or out of reach of any rota.
    """
    number = normalised(wish.number) if wish.number.strip() else None
    if wish.number.strip() and number is None:
        raise RuleBroken(_("Ini bukan nomor telepon."))
    at = now if wish.at is None else wish.at
    if not now - timedelta(minutes=1) <= at <= now + AHEAD:
        raise RuleBroken(_("Pilih waktu dari sekarang sampai tiga bulan ke depan."))
    at, assumed = max(at, now), at > now
    record(by, "live.rehearse", "rota", None, now)
    known = needs_of_number(number, now)
    need = Need(
        wish_woman=wish.woman or known.wish_woman,
        languages=languages_of(wish.language or None) or known.languages,
        preferred=known.preferred,
        excluded=known.excluded,
        critical=wish.critical or known.critical,
    )
    people = people_at(at, assumed_free=assumed)
    last, numbers = coordinators(at)
    situation = Situation(people, last, numbers, at)
    psychologists = with_role(Role.PSYCHOLOGIST)
    there = {person.account_id for person in people}
    return Rehearsal(
        at=at,
        number=number,
        assumed=assumed,
        away=known.away and not wish.critical,
        critical=need.critical,
        steps=rehearse(need, situation),
        left_out=left_out(need, situation),
        off_duty=tuple(p.email for p in psychologists if p.id not in there),
        gap=next(iter(gaps(at, at + timedelta(seconds=1))), None),
        next_gap=next_gap(at, LOOKS_FOR_GAPS),
        names=emails([*there, *last]),
    )
