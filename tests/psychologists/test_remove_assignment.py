"""Somebody is taken off the rota; nothing is deleted."""

from __future__ import annotations

import uuid

import pytest

from tesa.core import clock as wall_clock
from tesa.core.errors import Conflict, NotFound, RuleBroken
from tesa.core.transactions import transaction
from tesa.psychologists.actions.remove_assignment import remove_assignment
from tesa.psychologists.public import on_duty
from tests.psychologists.rota import add, at, row, trail
from tests.support.people import make_staff

pytestmark = pytest.mark.usefixtures("app", "clock")


def remove(assignment_id: uuid.UUID, sequence: int | None = None) -> None:
    with transaction():
        remove_assignment(assignment_id, None, wall_clock.now(), sequence)


def test_a_coming_duty_is_cancelled_and_its_time_is_free_again() -> None:
    somebody = make_staff("psychologist").id
    shift = add(somebody, 10, 18)
    remove(shift)
    assert (row(shift).status, row(shift).sequence) == ("cancelled", 1)
    add(somebody, 10, 18)
    assert [e.act for e in trail()] == ["rota.add", "rota.remove", "rota.add"]


def test_a_running_duty_ends_now() -> None:
    shift = add(make_staff("psychologist").id, -2, 6)
    remove(shift)
    assert (row(shift).status, row(shift).ends_at) == ("planned", at(0))
    assert on_duty("hotline", wall_clock.now()) == []


def test_a_duty_that_is_over_stays() -> None:
    shift = add(make_staff("psychologist").id, -9, 0)
    with pytest.raises(RuleBroken):
        remove(shift)


def test_it_is_removed_once() -> None:
    shift = add(make_staff("psychologist").id, 10, 18)
    with pytest.raises(Conflict):
        remove(shift, sequence=7)
    remove(shift, sequence=0)
    with pytest.raises(NotFound):
        remove(shift)
