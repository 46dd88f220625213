"""Which workers are asked next."""

import uuid

import pytest

from tesa.outreach.rules.candidates import Choice, Need, Worker, choose
from tesa.outreach.rules.priorities import Priority

IDS = [uuid.UUID(int=n) for n in range(1, 9)]
A, B, C, D = IDS[:4]


def make_worker(number: uuid.UUID, tier: int | None = 1, kecamatan: str | None = None, **facts: object) -> Worker:
    return Worker(number, tier, bool(facts.get("woman", True)), kecamatan, int(str(facts.get("open_work", 0))))


def make_need(priority: Priority = Priority.P1, kecamatan: str | None = "32.75.01", **facts: object) -> Need:
    asked = facts.get("asked", frozenset())
    assert isinstance(asked, frozenset)
    return Need(priority, kecamatan, bool(facts.get("wish_woman")), asked)


@pytest.mark.parametrize(
    ("workers", "wish_woman", "first"),
    [
        ([make_worker(A, tier=None, kecamatan="32.75.01"), make_worker(B, tier=2)], False, B),
        ([make_worker(A, tier=2, kecamatan="32.75.01"), make_worker(B, tier=1)], False, B),
        ([make_worker(A), make_worker(B, kecamatan="32.75.01")], False, B),
        ([make_worker(A, woman=False), make_worker(B)], True, B),
        ([make_worker(A, woman=False), make_worker(B)], False, A),
        ([make_worker(A, open_work=1), make_worker(B, tier=2)], False, B),
        ([make_worker(A, open_work=2), make_worker(B, open_work=1)], False, B),
        ([make_worker(B), make_worker(A)], False, A),
    ],
    ids=["on shift", "tier", "kecamatan", "wished woman", "no wish", "free", "open work", "id"],
)
def test_order(workers: list[Worker], wish_woman: bool, first: uuid.UUID) -> None:
    assert choose(workers, make_need(wish_woman=wish_woman), 1).workers == (first,)


def test_who_was_asked_is_not_asked_again() -> None:
    choice = choose([make_worker(A), make_worker(B), make_worker(C)], make_need(asked=frozenset({A})), 2)
    assert choice == Choice((B, C), coordinators=False)


def test_off_shift_fill_up_an_emergency() -> None:
    choice = choose([make_worker(A, tier=None), make_worker(B)], make_need(), 2)
    assert choice == Choice((B, A), coordinators=False)


def test_nobody_on_shift_left_means_coordinators_at_once() -> None:
    workers = [make_worker(A), make_worker(B, tier=None)]
    assert choose(workers, make_need(asked=frozenset({A})), 2) == Choice((B,), coordinators=True)


def test_for_a_planned_visit_nobody_is_rung_off_shift_while_somebody_is_on() -> None:
    workers = [make_worker(A), make_worker(B, tier=None)]
    assert choose(workers, make_need(Priority.P3, asked=frozenset({A})), 1) == Choice((), coordinators=True)
    assert choose(workers[1:], make_need(Priority.P3), 1) == Choice((B,), coordinators=True)


def test_no_worker_at_all_means_coordinators_at_once() -> None:
    assert choose([], make_need(), 1) == Choice((), coordinators=True)


def test_none_wanted_none_chosen() -> None:
    assert choose([], make_need(), 0) == Choice((), coordinators=False)
