"""A duty gets other times or another person; what has been stays true."""

from __future__ import annotations

import json
import uuid

import pytest

from tesa.core import clock as wall_clock
from tesa.core.db import new_id
from tesa.core.errors import Conflict, NotFound, RuleBroken
from tesa.core.transactions import transaction
from tesa.psychologists.actions.change_assignment import change_assignment
from tesa.psychologists.public import on_duty
from tests.psychologists.rota import add, all_rows, at, row, trail
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff

pytestmark = pytest.mark.usefixtures("app", "clock")


def change(assignment_id: uuid.UUID, starts: float, ends: float, tier: int = 1, **more: object) -> uuid.UUID:
    with transaction():
        return change_assignment(
            assignment_id, "hotline", tier, at(starts), at(ends), None, wall_clock.now(), **more  # type: ignore[arg-type]
        )  # fmt: skip


def test_other_times_keep_the_assignment_and_count_the_change() -> None:
    somebody = make_staff("psychologist").id
    shift = add(somebody, 10, 18)
    assert change(shift, 12, 20, tier=2) == shift
    changed = row(shift)
    assert (changed.starts_at, changed.ends_at, changed.tier, changed.sequence) == (at(12), at(20), 2, 1)
    details = json.loads(trail()[-1].details)
    assert (details["old_tier"], details["tier"], details["old_starts_at"]) == (1, 2, at(10).isoformat())


def test_a_change_may_overlap_what_it_replaces_but_nothing_else() -> None:
    somebody = make_staff("psychologist").id
    shift = add(somebody, 10, 18)
    add(somebody, 20, 24)
    change(shift, 9, 20)
    with pytest.raises(RuleBroken):
        change(shift, 9, 20.5)
    assert row(shift).ends_at == at(20)


def test_another_person_gets_an_assignment_that_replaces_the_old_one() -> None:
    one, other = make_staff("psychologist").id, make_staff("psychologist").id
    shift = add(one, 10, 18)
    given = change(shift, 10, 18, account_id=other)
    assert given != shift
    assert (row(shift).status, row(shift).sequence) == ("cancelled", 1)
    assert (row(given).account_id, row(given).replaces_id) == (other, shift)


def test_the_other_person_must_fit_and_be_free() -> None:
    one, other, worker = make_staff("psychologist").id, make_staff("psychologist").id, make_staff("outreach").id
    shift = add(one, 10, 18)
    add(other, 17, 20)
    for who in (other, worker):
        with pytest.raises(RuleBroken):
            change(shift, 10, 18, account_id=who)
    assert row(shift).status == "planned"


def test_a_running_duty_changes_its_end_in_place() -> None:
    shift = add(make_staff("psychologist").id, -2, 6)
    assert change(shift, -2, 10) == shift
    assert (row(shift).starts_at, row(shift).ends_at) == (at(-2), at(10))


def test_a_running_duty_given_away_stays_hers_until_now() -> None:
    one, other = make_staff("psychologist").id, make_staff("psychologist").id
    shift = add(one, -2, 6)
    change(shift, -2, 6, account_id=other)
    assert all_rows() == [(one, at(-2), at(0), "planned"), (other, at(0), at(6), "planned")]
    assert [d.account_id for d in on_duty("hotline", wall_clock.now())] == [other]


def test_a_running_duty_moved_to_another_tier_is_split_at_now() -> None:
    somebody = make_staff("psychologist").id
    shift = add(somebody, -2, 6)
    change(shift, -2, 8, tier=2)
    assert all_rows() == [(somebody, at(-2), at(0), "planned"), (somebody, at(0), at(8), "planned")]
    assert [d.tier for d in on_duty("hotline", wall_clock.now())] == [2]


@pytest.mark.parametrize(("starts", "ends"), [(-3, 6), (-1, 6), (-2, -1), (-2, 0)])
def test_what_has_been_is_not_changed(starts: float, ends: float) -> None:
    shift = add(make_staff("psychologist").id, -2, 6)
    with pytest.raises(RuleBroken):
        change(shift, starts, ends)
    assert (row(shift).starts_at, row(shift).ends_at) == (at(-2), at(6))


def test_a_duty_that_is_over_is_not_changed() -> None:
    shift = add(make_staff("psychologist").id, -9, 0)
    with pytest.raises(RuleBroken):
        change(shift, -9, 5)


def test_whoever_looked_at_an_older_version_is_told(clock: MovedClock) -> None:
    shift = add(make_staff("psychologist").id, 10, 18)
    change(shift, 10, 17, sequence=0)
    with pytest.raises(Conflict):
        change(shift, 10, 16, sequence=0)
    change(shift, 10, 16, sequence=1)


def test_there_must_be_something_to_change() -> None:
    with pytest.raises(NotFound):
        change(new_id(), 1, 2)
