"""Nobody is rung for two contacts."""

from __future__ import annotations

import threading
import uuid

import pytest
from flask import Flask

from tesa.core import clock as wall_clock
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.psychologists.actions.mark_free import mark_free
from tesa.psychologists.actions.mark_ringing import mark_ringing
from tesa.psychologists.actions.mark_talking import mark_talking
from tesa.psychologists.actions.mark_wrapup import mark_wrapup
from tesa.psychologists.actions.pause import pause
from tesa.psychologists.actions.sign_off import sign_off
from tests.psychologists.presence import do, make_on_duty, row_of, state_of
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff

pytestmark = pytest.mark.usefixtures("app", "clock")


def test_the_rota_is_enough_to_be_rung() -> None:
    somebody, contact = make_on_duty(), new_id()
    assert do(mark_ringing, somebody, contact) is True
    assert state_of(somebody) == "ringing"
    assert row_of(somebody).contact_id == contact


def test_whoever_rings_is_not_rung_again() -> None:
    somebody, first = make_on_duty(), new_id()
    assert do(mark_ringing, somebody, first)
    assert do(mark_ringing, somebody, new_id()) is False
    assert row_of(somebody).contact_id == first


def test_whoever_talks_writes_up_has_paused_or_gone_home_is_not_rung(clock: MovedClock) -> None:
    talking, writing, paused, gone = (make_on_duty() for _ in range(4))
    do(mark_talking, talking, new_id())
    do(mark_talking, writing, new_id())
    do(mark_wrapup, writing, clock.now(), clock.advance(180))
    clock.advance(-180)
    do(pause, paused, "rest")
    do(sign_off, gone)
    assert [do(mark_ringing, s, new_id()) for s in (talking, writing, paused, gone)] == [False] * 4


def test_after_wrap_up_has_run_out_she_is_rung(clock: MovedClock) -> None:
    somebody = make_on_duty()
    do(mark_talking, somebody, new_id())
    with transaction():
        mark_wrapup(somebody, clock.now(), clock.now().replace(minute=3))
    clock.advance(179)
    assert do(mark_ringing, somebody, new_id()) is False
    clock.advance(1)
    assert do(mark_ringing, somebody, new_id()) is True


def test_somebody_who_is_not_on_the_rota_can_be_rung() -> None:
    """Coordinators are the last rung of every ladder, on duty or not."""
    coordinator = make_staff("coordinator").id
    assert do(mark_ringing, coordinator, new_id()) is True
    assert do(mark_ringing, coordinator, new_id()) is False


def test_when_the_transaction_fails_nobody_rings() -> None:
    somebody = make_on_duty()
    with pytest.raises(KeyError), transaction():
        mark_ringing(somebody, new_id(), wall_clock.now())
        raise KeyError
    assert state_of(somebody) == "free"


def test_many_callers_at_once_ring_a_person_once(app: Flask) -> None:
    """Eight callers, each of whom tries three psychologists in another order: three phones ring, each for one."""
    people = [make_on_duty() for _ in range(3)]
    rung: list[tuple[uuid.UUID, uuid.UUID]] = []
    start = threading.Barrier(8)
    failures: list[Exception] = []

    def call(number: int) -> None:
        contact = new_id()
        orders = [people, people[::-1], people[1:] + people[:1]]
        with app.app_context():
            start.wait()
            try:
                for somebody in orders[number % 3]:
                    with transaction():
                        got = mark_ringing(somebody, contact, wall_clock.now())
                    if got:
                        rung.append((somebody, contact))
                        break
            except Exception as error:
                failures.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=call, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert sorted(who for who, _ in rung) == sorted(people)
    assert len({contact for _, contact in rung}) == 3
    assert {row_of(who).contact_id for who, _ in rung} == {contact for _, contact in rung}


@pytest.mark.postgres
def test_two_who_ring_everybody_in_opposite_orders_do_not_wait_for_each_other(app: Flask) -> None:
    """Each holds one row and wants the other's: with waiting locks PostgreSQL would have to end one of them."""
    one, other = make_on_duty(), make_on_duty()
    for somebody in (one, other):
        do(mark_ringing, somebody, new_id())
        do(mark_free, somebody)
    both_hold = threading.Barrier(2)
    got: dict[int, list[bool]] = {}

    def ring(number: int, people: list[uuid.UUID]) -> None:
        with app.app_context():
            with transaction():
                first = mark_ringing(people[0], new_id(), wall_clock.now())
                both_hold.wait(10)
                second = mark_ringing(people[1], new_id(), wall_clock.now())
                both_hold.wait(10)
            got[number] = [first, second]
            db.session.remove()

    threads = [threading.Thread(target=ring, args=(n, p)) for n, p in enumerate(([one, other], [other, one]))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert got == {0: [True, False], 1: [True, False]}
