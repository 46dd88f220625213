"""An offer that ends without acceptance disturbs nothing else."""

from __future__ import annotations

import pytest

from tesa.core.db import new_id
from tesa.psychologists.actions.mark_free import mark_free
from tesa.psychologists.actions.mark_ringing import mark_ringing
from tesa.psychologists.actions.mark_talking import mark_talking
from tesa.psychologists.actions.pause import pause
from tests.psychologists.presence import do, make_on_duty, row_of, state_of
from tests.support.moved_clock import MovedClock

pytestmark = pytest.mark.usefixtures("app", "clock")


def test_ringing_becomes_free(clock: MovedClock) -> None:
    somebody = make_on_duty()
    do(mark_ringing, somebody, new_id())
    clock.advance(20)
    do(mark_free, somebody)
    row = row_of(somebody)
    assert (row.state, row.contact_id, row.since) == ("free", None, clock.now())


def test_whoever_has_accepted_meanwhile_goes_on_talking() -> None:
    somebody, contact = make_on_duty(), new_id()
    do(mark_talking, somebody, contact)
    do(mark_free, somebody)
    assert (state_of(somebody), row_of(somebody).contact_id) == ("talking", contact)


def test_a_pause_stays_a_pause() -> None:
    somebody = make_on_duty()
    do(pause, somebody, "technical")
    do(mark_free, somebody)
    assert state_of(somebody) == "paused"
