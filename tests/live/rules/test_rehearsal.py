"""The ladder walked through: who, at which second, why, and who not."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tesa.intake.rules import ladder
from tesa.live.rules.rehearsal import Situation, left_out, rehearse
from tesa.psychologists.rules.presence import State
from tesa.psychologists.rules.routing import Need, Person

NOW = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
ANY = Need(wish_woman=False, languages=frozenset(), preferred=None, excluded=frozenset(), critical=False)


def person(number: int, tier: int = 1, state: State = State.FREE, gender: str = "P", **more: object) -> Person:
    found = Person(
        account_id=uuid.UUID(int=number), tier=tier, starts_at=NOW - timedelta(hours=2), ends_at=NOW + timedelta(hours=9),
        state=state, active=True, has_phone=True, gender=gender, languages=frozenset({"id"}), talk_minutes=0, missed=0,
        idle_since=None,
    )  # fmt: skip
    return replace(found, **more)


def walk(
    need: Need, *people: Person, coordinators: tuple[int, ...] = (), numbers: int = 0
) -> list[tuple[int, list[int | str]]]:
    situation = Situation(people, [uuid.UUID(int=c) for c in coordinators], numbers, NOW)
    return [
        (step.seconds, [r.account_id.int if r.account_id else f"number {r.number}" for r in step.rung])
        for step in rehearse(need, situation)
    ]


ORDINARY = [rung.at for rung in ladder.ORDINARY]
CRITICAL = [rung.at for rung in ladder.CRITICAL]


def test_one_after_the_other_then_the_back_up_then_coordinators() -> None:
    steps = walk(ANY, person(1), person(2), person(3), person(4, tier=2), coordinators=(8,), numbers=1)
    assert [at for at, _ in steps] == ORDINARY
    assert [rung for _, rung in steps] == [[1], [2], [3], [4], [], [8, "number 0"], []]


def test_the_back_up_comes_sooner_when_the_first_line_is_short() -> None:
    steps = walk(ANY, person(1), person(4, tier=2), person(5, tier=2), coordinators=(8,))
    assert [rung for _, rung in steps] == [[1], [], [4], [5], [], [8], []]


def test_critical_is_everybody_at_once() -> None:
    steps = walk(replace(ANY, critical=True), person(1), person(2), person(4, tier=2), coordinators=(8,))
    assert [at for at, _ in steps][: len(CRITICAL)] == CRITICAL
    assert [rung for _, rung in steps][:2] == [[1, 2, 4], [8]]


def test_an_empty_rota_rings_coordinators_at_once() -> None:
    assert walk(ANY, coordinators=(8,), numbers=2)[0] == (0, [8, "number 0", "number 1"])


def test_wishes_order_and_give_reasons() -> None:
    need = replace(ANY, wish_woman=True, preferred=uuid.UUID(int=2))
    situation = Situation([person(1, gender="L"), person(2), person(3)], [], 0, NOW)
    rung = [r for step in rehearse(need, situation) for r in step.rung]
    assert [r.account_id.int for r in rung if r.account_id] == [2, 3, 1]
    assert rung[0].reasons == ("tier_1", "woman", "knows_her")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"state": State.PAUSED}, "paused"),
        ({"state": State.TALKING}, "talking"),
        ({"has_phone": False}, "no_phone"),
        ({"active": False}, "inactive"),
    ],
)
def test_who_is_left_out_and_why(change: dict[str, object], why: str) -> None:
    situation = Situation([person(1, **change), person(2), person(8, tier=3)], [], 0, NOW)
    assert [(each.account_id.int, each.why) for each in left_out(ANY, situation)] == [(1, why)]
    assert all(r.account_id != uuid.UUID(int=1) for step in rehearse(ANY, situation) for r in step.rung)


def test_the_excluded_are_left_out_even_as_coordinators() -> None:
    need = replace(ANY, excluded=frozenset({uuid.UUID(int=1), uuid.UUID(int=8)}))
    situation = Situation([person(1)], [uuid.UUID(int=8)], 0, NOW)
    assert [each.why for each in left_out(need, situation)] == ["excluded"]
    assert all(not step.rung for step in rehearse(need, situation))
