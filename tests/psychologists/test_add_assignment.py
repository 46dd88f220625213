"""Somebody is put on the rota, or a sentence says why not."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from tesa.core import clock as wall_clock
from tesa.core.db import db, new_id
from tesa.core.errors import Conflict, NotFound, Refusal, RuleBroken
from tesa.core.transactions import transaction
from tesa.psychologists.actions.add_assignment import add_assignment
from tesa.psychologists.models import Assignment, DutyPresence
from tesa.psychologists.public import on_duty
from tests.psychologists.rota import add, all_rows, at, row, trail
from tests.support.people import make_staff

pytestmark = pytest.mark.usefixtures("app", "clock")


def test_whoever_is_added_is_on_duty_and_it_is_on_record() -> None:
    coordinator, somebody = make_staff("coordinator").id, make_staff("psychologist").id
    shift = add(somebody, -1, 7, by=coordinator)
    assert [d.account_id for d in on_duty("hotline", wall_clock.now())] == [somebody]
    assert (row(shift).source, row(shift).created_by, row(shift).sequence) == ("manual", coordinator, 0)
    (entry,) = trail()
    assert (entry.act, entry.actor_id, entry.object_id) == ("rota.add", coordinator, shift)
    assert json.loads(entry.details)["account"] == str(somebody)


def test_her_presence_is_there_before_anybody_rings_her() -> None:
    somebody = make_staff("psychologist").id
    add(somebody, 5, 7)
    assert db.session.scalars(select(DutyPresence.state)).all() == ["free"]


@pytest.mark.parametrize(
    ("starts", "ends"), [(0, 0), (8, 0), (0, 48.001), (-24 * 365 * 40, -24 * 365 * 40 + 1)], ids=str
)
def test_impossible_times_are_refused(starts: float, ends: float) -> None:
    with pytest.raises(RuleBroken) as refusal:
        add(make_staff("psychologist").id, starts, ends)
    assert refusal.value.sentence
    assert all_rows() == []


@pytest.mark.parametrize(
    ("role", "line", "tier"),
    [
        ("coordinator", "hotline", 1),
        ("psychologist", "hotline", 3),
        ("outreach", "hotline", 2),
        ("psychologist", "outreach", 1),
    ],
)
def test_a_tier_that_does_not_fit_the_role_is_refused(role: str, line: str, tier: int) -> None:
    with pytest.raises(RuleBroken):
        add(make_staff(role).id, 0, 8, tier, line)
    assert all_rows() == []


def test_nobody_inactive_or_unknown_is_added() -> None:
    for nobody in (make_staff("psychologist", active=False).id, new_id()):
        with pytest.raises(NotFound):
            add(nobody, 0, 8)


@pytest.mark.parametrize(("starts", "ends"), [(0, 8), (7.9, 9), (-5, 0.1), (-5, 20), (2, 3)])
def test_double_duty_is_refused_on_the_same_line_and_across_lines(starts: float, ends: float) -> None:
    somebody = make_staff("psychologist", "outreach").id
    add(somebody, 0, 8)
    for line in ("hotline", "outreach"):
        with pytest.raises(RuleBroken) as refusal:
            add(somebody, starts, ends, 1, line)
        assert "10.00" in refusal.value.sentence  # the time in Bekasi at which the other duty begins
    assert len(all_rows()) == 1


def test_duties_that_touch_are_no_double_duty() -> None:
    somebody = make_staff("psychologist").id
    add(somebody, 0, 8)
    add(somebody, 8, 16)
    add(somebody, -8, 0)
    assert len(all_rows()) == 3


def values(somebody: object, starts: float, ends: float, status: str = "planned") -> dict[str, object]:
    """A row that no act has looked at."""
    now = wall_clock.now()
    return {
        "id": new_id(), "account_id": somebody, "line": "hotline", "tier": 1, "starts_at": at(starts),
        "ends_at": at(ends), "source": "manual", "status": status, "sequence": 0, "created_at": now, "changed_at": now,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("starts", "ends", "allowed"),
    [(8, 16, True), (-40, 0, True), (-40, 0.01, False), (7.99, 9, False), (47, 50, True), (1, 2, False)],
)
def test_the_database_itself_refuses_double_duty(starts: float, ends: float, allowed: bool) -> None:
    somebody = make_staff("psychologist").id
    add(somebody, 0, 8)
    if allowed:
        with transaction():
            db.session.execute(insert(Assignment), values(somebody, starts, ends))
    else:
        with pytest.raises(IntegrityError, match="double_duty"), transaction():
            db.session.execute(insert(Assignment), values(somebody, starts, ends))
    assert len(all_rows()) == 1 + allowed


def test_the_database_refuses_double_duty_by_a_change_too() -> None:
    somebody = make_staff("psychologist").id
    add(somebody, 0, 8)
    second = add(somebody, 8, 16)
    with pytest.raises(IntegrityError, match="double_duty"), transaction():
        db.session.execute(text("update assignment set starts_at = :s where starts_at > :s"), {"s": stored(at(7))})
    assert row(second).starts_at == at(8)


def stored(moment: object) -> object:
    """An instant as the driver of this database takes it in plain SQL."""
    if db.engine.dialect.name == "sqlite":
        return moment.replace(tzinfo=None).isoformat(" ", timespec="microseconds")  # type: ignore[attr-defined]
    return moment


def test_cancelled_rows_do_not_count() -> None:
    somebody = make_staff("psychologist").id
    with transaction():
        db.session.execute(insert(Assignment), [values(somebody, 0, 8, "cancelled"), values(somebody, 0, 8)])
    assert len(all_rows()) == 2


@pytest.mark.parametrize(("starts", "ends"), [(0, 48 + 1 / 3600), (8, 8), (8, 0)])
def test_the_database_refuses_impossible_lengths(starts: float, ends: float) -> None:
    somebody = make_staff("psychologist").id
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(insert(Assignment), values(somebody, starts, ends))


def test_of_many_at_once_one_gets_the_time(app: Flask) -> None:
    """Eight coordinators give the same person duties that overlap: one stands, the others hear a sentence."""
    somebody = make_staff("psychologist").id
    start = threading.Barrier(8)
    refused: list[Exception] = []

    def give(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    begins = at(0) + timedelta(minutes=number)
                    add_assignment(somebody, "hotline", 1, begins, at(8), None, wall_clock.now())
            except Exception as error:
                refused.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=give, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(all_rows()) == 1
    assert len(refused) == 7
    assert all(isinstance(error, Refusal) for error in refused), refused


@pytest.mark.postgres
def test_the_one_who_waited_hears_that_somebody_was_faster(app: Flask) -> None:
    """She looked before the other had committed, so only the constraint sees the double duty."""
    somebody = make_staff("psychologist").id
    written, waits = threading.Event(), threading.Event()
    heard: list[str] = []

    def slower() -> None:
        with app.app_context():
            written.wait(10)
            try:
                with transaction():
                    waits.set()
                    add_assignment(somebody, "hotline", 1, at(1), at(9), None, wall_clock.now())
            except Conflict as conflict:
                heard.append(conflict.sentence)
            finally:
                db.session.remove()

    thread = threading.Thread(target=slower)
    thread.start()
    with transaction():
        add_assignment(somebody, "hotline", 1, at(0), at(8), None, wall_clock.now())
        written.set()
        waits.wait(10)
        time.sleep(0.5)  # by now she has looked, and waits for this transaction
    thread.join(30)
    assert len(heard) == 1
    assert [found[1] for found in all_rows()] == [at(0)]
