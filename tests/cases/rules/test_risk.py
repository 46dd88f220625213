from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.cases.rules.risk import Risk, lowers, rank, riskier

levels = st.one_of(st.none(), st.sampled_from(Risk))


def test_the_order_of_the_levels() -> None:
    assert [rank(r) for r in (None, "low", "medium", "high", "emergency")] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("a", "b", "greater"),
    [
        (None, None, None),
        (None, "low", "low"),
        ("high", None, "high"),
        ("low", "medium", "medium"),
        ("emergency", "high", "emergency"),
        ("high", "high", "high"),
    ],
)
def test_riskier(a: str | None, b: str | None, greater: str | None) -> None:
    assert riskier(a, b) == greater


@given(levels, levels)
def test_riskier_never_lowers(a: Risk | None, b: Risk | None) -> None:
    assert rank(riskier(a, b)) == max(rank(a), rank(b))
    assert riskier(a, b) == riskier(b, a)


@pytest.mark.parametrize(
    ("before", "after", "lower"),
    [(None, "low", False), ("low", "high", False), ("high", "high", False), ("high", "medium", True)],
)
def test_lowers(before: str | None, after: str, lower: bool) -> None:
    assert lowers(before, after) is lower


def test_a_word_that_is_no_level() -> None:
    with pytest.raises(ValueError, match="terrible"):
        rank("terrible")
