"""A dispatch moves on, or is called off."""

from __future__ import annotations

import uuid

import pytest

from tesa.accounts import audit
from tesa.accounts.public import StaffMember
from tesa.core.errors import NotFound, RuleBroken
from tesa.outreach.rules.lifecycle import State
from tests.outreach.night import COORDINATOR, REQUESTER, STRANGER, WORKER, Night


@pytest.fixture
def worker(night: Night) -> StaffMember:
    """The only worker on shift."""
    return night.worker()


@pytest.fixture
def taken(night: Night, worker: StaffMember) -> uuid.UUID:
    """A dispatch that the worker has."""
    dispatch = night.raised("P1")
    night.presses(worker, "1")
    return dispatch


def test_each_state_has_its_time_and_its_event(night: Night, taken: uuid.UUID, worker: StaffMember) -> None:
    for minute, target in ((4, State.EN_ROUTE), (15, State.ON_SCENE), (60, State.CLEARED), (70, State.CLOSED)):
        night.at(minute)
        night.moved(taken, target, WORKER, by=worker)
    row = night.dispatch(taken)
    times = [row.requested_at, row.acknowledged_at, row.en_route_at, row.on_scene_at, row.cleared_at, row.closed_at]
    assert times == sorted(times)
    assert None not in times
    assert night.codes(taken) == ["requested", "offered", "acknowledged", *["moved"] * 4]
    with night.app.app_context():
        assert audit.verify().entries == 6


def test_the_same_step_twice_is_one_step(night: Night, taken: uuid.UUID) -> None:
    night.moved(taken, State.EN_ROUTE, WORKER)
    night.moved(taken, State.EN_ROUTE, WORKER)
    assert night.codes(taken).count("moved") == 1


def test_who_is_nothing_to_it_finds_nothing(night: Night, taken: uuid.UUID) -> None:
    with pytest.raises(NotFound):
        night.moved(taken, State.EN_ROUTE, STRANGER)


def test_a_requester_does_not_move_the_field(night: Night, taken: uuid.UUID) -> None:
    with pytest.raises(RuleBroken) as refusal:
        night.moved(taken, State.EN_ROUTE, REQUESTER)
    assert refusal.value.sentence == "Langkah ini tidak bisa sekarang. Keadaan tugas: Diterima petugas."


def test_called_off_before_anybody_has_it_the_phones_stop(night: Night, worker: StaffMember) -> None:
    dispatch = night.raised("P1")
    night.moved(dispatch, State.STOOD_DOWN, REQUESTER)
    assert night.stopped(worker)
    assert night.outcome_of(dispatch, worker) == "superseded"
    row = night.dispatch(dispatch)
    assert (row.next_step_at, row.closed_at) == (None, night.now)
    assert "sudah tidak terbuka" in str(night.picks_up(worker))


def test_called_off_later_whoever_has_it_is_told(night: Night, taken: uuid.UUID, worker: StaffMember) -> None:
    night.moved(taken, State.STOOD_DOWN, COORDINATOR)
    assert night.texted(worker)[-1] == "Ada perubahan pada tugas Anda. http://127.0.0.1:5000/penjangkauan"
