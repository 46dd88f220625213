"""Whom to ring first: each rule of the order as a table, and the laws of any order."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.psychologists.rules.presence import State
from tesa.psychologists.rules.routing import Need, Person, rank

NOW = datetime(2026, 11, 24, 3, 10, tzinfo=UTC)
NO_WISH = Need(wish_woman=False, languages=frozenset(), preferred=None, excluded=frozenset(), critical=False)


def make_person(number: int = 1, **facts: object) -> Person:
    """A psychologist of the first line with everything a hotline could want, unless told otherwise."""
    person = Person(
        account_id=uuid.UUID(int=number),
        tier=1,
        starts_at=NOW - timedelta(hours=2),
        ends_at=NOW + timedelta(hours=6),
        state=State.FREE,
        active=True,
        has_phone=True,
        gender="P",
        languages=frozenset({"id"}),
        talk_minutes=0,
        missed=0,
        idle_since=None,
    )
    return replace(person, **facts)  # type: ignore[arg-type]


def order(
    people: list[Person], need: Need = NO_WISH, tiers: tuple[int, ...] = (1, 2), free_only: bool = True
) -> list[int]:
    """The numbers of those who may be rung, best first."""
    return [c.account_id.int for c in rank(people, need, NOW, tiers, free_only)]


@pytest.mark.parametrize(
    "facts",
    [
        {"tier": 3},
        {"active": False},
        {"has_phone": False},
        {"state": State.RINGING},
        {"state": State.TALKING},
        {"state": State.WRAPUP},
        {"state": State.PAUSED},
        {"state": State.OFF},
    ],
    ids=str,
)
def test_who_is_not_rung(facts: dict[str, object]) -> None:
    assert order([make_person(1, **facts), make_person(2)]) == [2]


def test_whoever_is_excluded_is_not_rung() -> None:
    need = replace(NO_WISH, excluded=frozenset({uuid.UUID(int=1)}), preferred=uuid.UUID(int=1))
    assert order([make_person(1), make_person(2)], need) == [2]


@pytest.mark.parametrize(
    ("worse", "need"),
    [
        ({"tier": 2}, NO_WISH),
        ({"ends_at": NOW + timedelta(seconds=60)}, NO_WISH),
        ({"starts_at": NOW + timedelta(seconds=30)}, NO_WISH),
        ({"gender": "L"}, replace(NO_WISH, wish_woman=True)),
        ({"gender": None}, replace(NO_WISH, wish_woman=True)),
        ({}, replace(NO_WISH, preferred=uuid.UUID(int=2))),
        ({"languages": frozenset({"jv"})}, replace(NO_WISH, languages=frozenset({"id", "su"}))),
        ({"talk_minutes": 30}, NO_WISH),
        ({"missed": 1}, NO_WISH),
        ({"idle_since": NOW - timedelta(minutes=5)}, NO_WISH),
    ],
    ids=str,
)
def test_who_stands_behind(worse: dict[str, object], need: Need) -> None:
    """Person 1 would be first by account id alone; the fact moves her behind person 2."""
    assert order([make_person(1, **worse), make_person(2)], need) == [2, 1]


@pytest.mark.parametrize(
    ("stronger", "weaker", "need"),
    [
        ({"gender": "L"}, {"tier": 2}, replace(NO_WISH, wish_woman=True)),
        ({"gender": "L"}, {"ends_at": NOW + timedelta(seconds=30)}, replace(NO_WISH, wish_woman=True)),
        ({}, {"gender": "L"}, replace(NO_WISH, wish_woman=True, preferred=uuid.UUID(int=1))),
        ({"languages": frozenset()}, {}, replace(NO_WISH, preferred=uuid.UUID(int=2), languages=frozenset({"su"}))),
        ({"talk_minutes": 119}, {"languages": frozenset()}, replace(NO_WISH, languages=frozenset({"id"}))),
        ({"missed": 3}, {"talk_minutes": 45}, NO_WISH),
        ({"idle_since": NOW}, {"missed": 1}, NO_WISH),
    ],
    ids=str,
)
def test_which_rule_goes_first(stronger: dict[str, object], weaker: dict[str, object], need: Need) -> None:
    """Person 2 has the lesser flaw; each line of the table sets two rules that follow each other against each other."""
    flawed_less = make_person(2, **stronger)
    flawed_more = make_person(1, **weaker)
    assert order([flawed_more, flawed_less], need) == [2, 1]


@pytest.mark.parametrize(("minutes", "same_as"), [(29, 0), (59, 30), (90, 119), (91, 120)])
def test_talk_counts_in_half_hours(minutes: int, same_as: int) -> None:
    assert order(
        [make_person(1, talk_minutes=max(minutes, same_as)), make_person(2, talk_minutes=min(minutes, same_as))]
    ) == [1, 2]


def test_whoever_idles_longest_comes_first() -> None:
    people = [
        make_person(1, idle_since=NOW - timedelta(minutes=5)),
        make_person(2, idle_since=NOW - timedelta(minutes=50)),
        make_person(3),
    ]
    assert order(people) == [3, 2, 1]


def test_at_hand_over_first_who_stays_then_who_comes_then_who_goes() -> None:
    people = [
        make_person(1, ends_at=NOW + timedelta(seconds=40)),
        make_person(2, starts_at=NOW + timedelta(seconds=40)),
        make_person(3),
    ]
    assert order(people) == [3, 2, 1]


def test_busy_people_stand_last_when_they_are_asked_for() -> None:
    people = [make_person(1, state=State.TALKING), make_person(2, tier=2)]
    assert order(people, free_only=False) == [2, 1]


def test_reasons_tell_what_decided() -> None:
    need = Need(True, frozenset({"su"}), uuid.UUID(int=7), frozenset(), critical=False)
    person = make_person(7, gender="L", languages=frozenset({"su"}), talk_minutes=12, missed=2)
    (candidate,) = rank([person], need, NOW, (1,), free_only=True)
    assert candidate.reasons == ("tier_1", "no_woman", "knows_her", "language", "talked_12", "missed_2")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"ends_at": NOW + timedelta(seconds=10)}, "leaving"),
        ({"starts_at": NOW + timedelta(seconds=10)}, "incoming"),
    ],
)
def test_reasons_tell_of_the_hand_over(facts: dict[str, object], reason: str) -> None:
    (candidate,) = rank([make_person(1, **facts)], NO_WISH, NOW, (1,), free_only=True)
    assert candidate.reasons == ("tier_1", reason)


people_lists = st.lists(
    st.builds(
        make_person,
        st.integers(1, 40),
        tier=st.sampled_from([1, 2, 3]),
        starts_at=st.sampled_from([NOW - timedelta(hours=3), NOW + timedelta(seconds=20)]),
        ends_at=st.sampled_from([NOW + timedelta(seconds=59), NOW + timedelta(hours=3)]),
        state=st.sampled_from(list(State)),
        active=st.booleans(),
        has_phone=st.booleans(),
        gender=st.sampled_from(["P", "L", None]),
        languages=st.frozensets(st.sampled_from(["id", "su", "jv"])),
        talk_minutes=st.integers(0, 120),
        missed=st.integers(0, 3),
        idle_since=st.none() | st.sampled_from([NOW - timedelta(minutes=m) for m in (1, 30, 600)]),
    ),
    unique_by=lambda p: p.account_id,
    max_size=12,
)
needs = st.builds(
    Need,
    wish_woman=st.booleans(),
    languages=st.frozensets(st.sampled_from(["id", "su", "jv"])),
    preferred=st.none() | st.integers(1, 40).map(lambda n: uuid.UUID(int=n)),
    excluded=st.frozensets(st.integers(1, 40).map(lambda n: uuid.UUID(int=n)), max_size=4),
    critical=st.booleans(),
)


@given(people_lists, needs, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_asking_does_not_matter(people: list[Person], need: Need, free_only: bool, random: object) -> None:
    shuffled = list(people)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert rank(people, need, NOW, (1, 2), free_only) == rank(shuffled, need, NOW, (1, 2), free_only)


@given(people_lists, needs)
def test_wishes_order_and_never_drop(people: list[Person], need: Need) -> None:
    wishless = replace(NO_WISH, excluded=need.excluded)
    assert sorted(order(people, need)) == sorted(order(people, wishless))


@given(people_lists, needs)
def test_only_free_people_of_open_tiers_are_rung(people: list[Person], need: Need) -> None:
    known = {p.account_id: p for p in people}
    for candidate in rank(people, need, NOW, (2,), free_only=True):
        person = known[candidate.account_id]
        assert (person.tier, person.state, person.has_phone, person.active) == (2, State.FREE, True, True)
        assert person.account_id not in need.excluded
