from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.cases.rules.lifecycle import UNDER_WAY, CaseStatus, ClosureReason, Step, after, comes_back

WHOLE_WAY = [
    ("intake", "screen", "screened"),
    ("screened", "begin", "open"),
    ("open", "plan", "planned"),
    ("planned", "start", "active"),
    ("active", "monitor", "monitoring"),
    ("monitoring", "ask_closure", "closure_requested"),
    ("closure_requested", "close", "closed"),
    ("closed", "reopen", "reopened"),
    ("reopened", "screen", "screened"),
]


@pytest.mark.parametrize(("status", "step", "then"), WHOLE_WAY)
def test_the_whole_way(status: str, step: str, then: str) -> None:
    assert after(status, Step(step)) == then


@pytest.mark.parametrize("status", UNDER_WAY)
def test_every_case_under_way_can_be_closed_and_screened_again(status: CaseStatus) -> None:
    assert after(status, Step.CLOSE) == CaseStatus.CLOSED
    screened = {CaseStatus.INTAKE, CaseStatus.REOPENED}
    assert after(status, Step.SCREEN) == (CaseStatus.SCREENED if status in screened else status)


@pytest.mark.parametrize("step", [s for s in Step if s is not Step.REOPEN])
def test_nothing_but_reopening_moves_a_closed_case(step: Step) -> None:
    assert after("closed", step) is None


@given(st.lists(st.sampled_from(Step)))
def test_no_walk_leaves_the_statuses_or_skips_the_screening(steps: list[Step]) -> None:
    status, screened = CaseStatus.INTAKE, False
    for step in steps:
        moved = after(status, step)
        if moved is None:
            continue
        screened = (screened or step is Step.SCREEN) and step is not Step.REOPEN
        status = moved
        if status in (CaseStatus.OPEN, CaseStatus.PLANNED, CaseStatus.ACTIVE, CaseStatus.MONITORING):
            assert screened


@pytest.mark.parametrize("reason", ClosureReason)
def test_a_duplicate_stays_closed_when_she_comes_back(reason: ClosureReason) -> None:
    assert comes_back(reason) is (reason is not ClosureReason.DUPLICATE)
