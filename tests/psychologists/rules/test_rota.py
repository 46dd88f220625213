"""What an assignment may be, and where nobody is on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.accounts.rules.roles import Role
from tesa.psychologists.rules.rota import Flaw, Line, Stretch, gaps, role_flaw, run_until, time_flaw, usual_line

NOW = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(hours: float) -> datetime:
    """So many hours after NOW."""
    return NOW + hours * HOUR


@pytest.mark.parametrize(
    ("start", "end", "flaw"),
    [
        (at(0), at(12), None),
        (at(0), at(48), None),
        (at(0), at(48) + timedelta(microseconds=1), Flaw.TOO_LONG),
        (at(0), at(0), Flaw.REVERSED),
        (at(12), at(0), Flaw.REVERSED),
        (at(0).replace(tzinfo=None), at(1), Flaw.NO_ZONE),
        (at(0), at(1).replace(tzinfo=None), Flaw.NO_ZONE),
        (at(8).astimezone(timezone(7 * HOUR)), at(9), None),
        (datetime(2026, 11, 24, 8, tzinfo=timezone(7 * HOUR)), datetime(2026, 11, 24, 2, tzinfo=UTC), None),
    ],
)
def test_times(start: datetime, end: datetime, flaw: Flaw | None) -> None:
    assert time_flaw(start, end) == flaw


@pytest.mark.parametrize(
    ("line", "tier", "roles", "flaw"),
    [
        ("hotline", 1, {Role.PSYCHOLOGIST}, None),
        ("hotline", 2, {Role.PSYCHOLOGIST, Role.OUTREACH}, None),
        ("hotline", 3, {Role.COORDINATOR}, None),
        ("outreach", 1, {Role.OUTREACH}, None),
        ("outreach", 3, {Role.OUTREACH}, None),
        ("hotline", 1, {Role.COORDINATOR}, Flaw.NOT_PSYCHOLOGIST),
        ("hotline", 2, {Role.OUTREACH}, Flaw.NOT_PSYCHOLOGIST),
        ("hotline", 3, {Role.PSYCHOLOGIST}, Flaw.NOT_COORDINATOR),
        ("outreach", 1, {Role.PSYCHOLOGIST}, Flaw.NOT_OUTREACH),
        ("outreach", 1, {Role.ADMINISTRATOR}, Flaw.NOT_OUTREACH),
        ("hotline", 0, {Role.PSYCHOLOGIST}, Flaw.UNKNOWN_TIER),
        ("hotline", 4, {Role.PSYCHOLOGIST}, Flaw.UNKNOWN_TIER),
        ("kitchen", 1, {Role.PSYCHOLOGIST}, Flaw.UNKNOWN_LINE),
    ],
)
def test_line_and_tier_fit_the_role(line: str, tier: int, roles: set[Role], flaw: Flaw | None) -> None:
    assert role_flaw(line, tier, roles) == flaw


@pytest.mark.parametrize(
    ("roles", "line"),
    [
        ({Role.PSYCHOLOGIST}, Line.HOTLINE),
        ({Role.COORDINATOR}, Line.HOTLINE),
        ({Role.OUTREACH, Role.COORDINATOR}, Line.HOTLINE),
        ({Role.OUTREACH}, Line.OUTREACH),
    ],
)
def test_usual_line(roles: set[Role], line: Line) -> None:
    assert usual_line(roles) == line


@pytest.mark.parametrize(
    ("covered", "expected"),
    [
        ([], [(0, 24)]),
        ([(0, 24)], []),
        ([(-5, 30)], []),
        ([(0, 8), (8, 16), (16, 24)], []),
        ([(16, 24), (0, 8)], [(8, 16)]),
        ([(2, 10), (4, 6), (9, 20)], [(0, 2), (20, 24)]),
        ([(-10, -1), (25, 30)], [(0, 24)]),
        ([(-3, 1), (23, 40)], [(1, 23)]),
        ([(0, 12), (12.5, 24)], [(12, 12.5)]),
    ],
)
def test_gaps_of_a_day(covered: list[tuple[float, float]], expected: list[tuple[float, float]]) -> None:
    stretches = [Stretch(at(a), at(b)) for a, b in covered]
    assert gaps(stretches, at(0), at(24)) == [Stretch(at(a), at(b)) for a, b in expected]


stretches = st.lists(
    st.tuples(st.integers(-20, 60), st.integers(1, 20)).map(lambda t: Stretch(at(t[0]), at(t[0] + t[1]))), max_size=12
)


@given(stretches)
def test_gaps_are_exactly_the_hours_in_which_nobody_is_on(covered: list[Stretch]) -> None:
    found = gaps(covered, at(0), at(48))
    for hour in range(48):
        asked = at(hour + 0.5)
        on = any(s.starts_at <= asked < s.ends_at for s in covered)
        in_gap = any(g.starts_at <= asked < g.ends_at for g in found)
        assert on != in_gap


@given(stretches)
def test_gaps_are_whole_and_in_order(covered: list[Stretch]) -> None:
    found = gaps(covered, at(0), at(48))
    edges = [edge for gap in found for edge in (gap.starts_at, gap.ends_at)]
    assert edges == sorted(set(edges))
    assert all(at(0) <= edge <= at(48) for edge in edges)


@given(stretches)
def test_the_gaps_of_the_gaps_are_what_is_covered(covered: list[Stretch]) -> None:
    holes = gaps(covered, at(0), at(48))
    assert gaps(gaps(holes, at(0), at(48)), at(0), at(48)) == holes


@pytest.mark.parametrize(
    ("shifts", "expected"),
    [
        ([], None),
        ([(1, 5)], None),
        ([(-8, 0)], None),
        ([(-8, 4)], 4),
        ([(4, 12), (-8, 4)], 12),
        ([(-8, 4), (4.5, 12)], 4),
    ],
)
def test_adjoining_shifts_are_one_run(shifts: list[tuple[float, float]], expected: float | None) -> None:
    assert run_until([Stretch(at(a), at(b)) for a, b in shifts], NOW) == (None if expected is None else at(expected))


@pytest.mark.parametrize(
    ("other", "meets"), [((5, 8), False), ((8, 12), True), ((15.9, 20), True), ((16, 20), False), ((0, 24), True)]
)
def test_neighbours_do_not_meet(other: tuple[float, float], meets: bool) -> None:
    assert Stretch(at(8), at(16)).meets(Stretch(at(other[0]), at(other[1]))) is meets
