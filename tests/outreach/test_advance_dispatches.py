"""The job that takes every due step, with as many workers as there may be."""

from __future__ import annotations

import random
import threading
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from tesa.core.db import db
from tesa.core.errors import Refusal
from tesa.core.transactions import transaction
from tesa.outreach.actions.answer_ring import press_key
from tesa.outreach.actions.raise_dispatch import raise_dispatch
from tesa.outreach.jobs import advance_dispatches
from tesa.outreach.models import Dispatch, DispatchEvent, DispatchOffer
from tesa.outreach.rules.lifecycle import State
from tests.outreach.night import COORDINATOR, START, Night, make_call_form


def test_it_tells_when_to_look_again(night: Night) -> None:
    night.worker()
    with night.app.app_context():
        assert advance_dispatches(night.now) is None
    night.raised("P2")
    with night.app.app_context():
        assert advance_dispatches(night.now) == START + timedelta(minutes=10)


def test_a_row_that_breaks_does_not_keep_the_others_waiting(night: Night, caplog: pytest.LogCaptureFixture) -> None:
    worker = night.worker()
    broken, sound = night.raised("P1"), night.raised("P1")
    with night.app.app_context(), transaction():
        db.session.execute(update(Dispatch).where(Dispatch.id == broken).values(priority="P9"))
    night.at(3)
    with night.app.app_context():
        assert advance_dispatches(night.now) == START + timedelta(minutes=6)  # no spinning on the broken one
    assert f"dispatch {broken}: its ladder could not go on" in caplog.text
    assert night.outcome_of(sound, worker) == "missed"


def together(count: int, act: object) -> None:
    """Run act(number) in `count` threads at the same moment."""
    start, failures = threading.Barrier(count), []

    def run(number: int) -> None:
        start.wait()
        try:
            act(number)  # type: ignore[operator]
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_four_workers_take_each_due_step_once(night: Night) -> None:
    for _ in range(3):
        night.worker()
    dispatches = [night.raised("P1") for _ in range(12)]

    def tick(_number: int) -> None:
        with night.app.app_context():
            advance_dispatches(START + timedelta(minutes=3))
            db.session.remove()

    together(4, tick)
    for dispatch in dispatches:
        assert night.outcomes(dispatch) == [("worker", "missed"), ("worker", None), ("worker", None)]


def test_five_accept_at_the_same_moment_and_one_has_it(night: Night) -> None:
    workers = [night.worker() for _ in range(5)]
    dispatch = night.raised("P4")
    night.at(24 * 60)
    asked = [w for w in workers if night.rung(w)]
    tokens = [night.token(w) for w in asked]

    def press(number: int) -> None:
        with night.app.app_context():
            with transaction():
                press_key(tokens[number], make_call_form("CA" + "0" * 32, "in-progress", "1"), night.now)
            db.session.remove()

    together(len(asked), press)
    assert len(asked) >= 2
    assert [outcome for _, outcome in night.outcomes(dispatch)].count("accepted") == 1
    assert night.codes(dispatch).count("acknowledged") == 1


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_one_has_it_and_nobody_is_forgotten(night: Night, seed: int) -> None:
    chance = random.Random(seed)
    people = [night.worker(tier=chance.choice([1, 2, None])) for _ in range(3)]
    people.append(night.somebody("coordinator"))
    dispatch, minute = night.raised(chance.choice(["P1", "P2"])), 0.0
    contact = night.dispatch(dispatch).contact_id
    for _ in range(25):
        somebody = chance.choice(people)
        happenings = [
            lambda p: night.writes(p, chance.choice(["siap", "tolak", "berangkat", "tiba", "apa?"])),
            lambda p: night.rung(p) and night.presses(p, chance.choice("0123")),
            lambda p: night.rung(p) and night.call_ends(p, chance.choice(["busy", "completed", "ringing"])),
            lambda p: night.raised(chance.choice(["P1", "P3"]), contact_id=contact),
        ]
        try:
            chance.choice(happenings)(somebody)
        except Refusal:
            minute += 0.1
        minute += chance.choice([0, 0.2, 1, 3, 7])
        night.at(minute)
        check(night, dispatch)
    if night.dispatch(dispatch).state == State.REQUESTED:
        night.moved(dispatch, State.STOOD_DOWN, COORDINATOR)
        check(night, dispatch)


def check(night: Night, dispatch_id: uuid.UUID) -> None:
    """What holds for a dispatch at any moment."""
    row = night.dispatch(dispatch_id)
    outcomes = [outcome for _, outcome in night.outcomes(dispatch_id)]
    assert outcomes.count("accepted") == (row.acknowledged_at is not None)
    assert (row.next_step_at is not None) == (row.state == State.REQUESTED)
    if row.state == State.REQUESTED:
        assert row.next_step_at > night.now
    else:
        assert None not in outcomes
    with night.app.app_context():
        events = db.session.execute(
            select(DispatchEvent.number, DispatchEvent.at)
            .where(DispatchEvent.dispatch_id == dispatch_id)
            .order_by(DispatchEvent.number)
        ).all()
        tokens = db.session.scalars(select(DispatchOffer.token)).all()
    assert [number for number, _ in events] == list(range(1, row.events + 1))
    assert [at for _, at in events] == sorted(at for _, at in events)
    assert len(set(tokens)) == len(tokens)


def test_raised_four_times_at_the_same_moment_there_is_one(night: Night) -> None:
    worker, contact, found = night.worker(), night.contact(), []

    def ask(_number: int) -> None:
        with night.app.app_context():
            with transaction():
                found.append(
                    raise_dispatch(
                        contact_id=contact,
                        case_id=None,
                        priority="P1",
                        requested_by=None,
                        source="caller_key",
                        now=night.now,
                    )
                )
            db.session.remove()

    together(4, ask)
    night.at(0)
    assert len(set(found)) == 1
    assert len(found) == 4
    assert night.rung(worker) == 1
