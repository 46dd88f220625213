"""When a flag is suggested, how long it lasts, whom a block turns away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tesa.intake.rules.nuisance import EndFlaw, FlagReason, end_flaw, suggested_by, turned_away
from tesa.intake.rules.words import NON_COUNSELLING

NOW = datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


def ago(days: float, *outcomes: str | None) -> list[tuple[str | None, datetime]]:
    return [(outcome, NOW - timedelta(days=days)) for outcome in outcomes]


@pytest.mark.parametrize(
    ("outcomes", "suggested"),
    [
        ([], None),
        (ago(1, "prank", "prank"), None),
        (ago(1, "prank", "prank", "prank"), FlagReason.PRANK),
        (ago(1, "prank", "abusive", "abusive"), FlagReason.ABUSIVE),
        (ago(1, "prank", "abusive", "sexual_gratification"), FlagReason.ABUSIVE),  # of several, the first by name
        (ago(1, "prank", "prank") + ago(13.9, "prank"), FlagReason.PRANK),
        (ago(1, "prank", "prank") + ago(14, "prank"), None),
        (ago(1, "prank", "prank") + ago(-1, "prank"), None),  # not yet
        (ago(1, *["silent"] * 20), None),
        (ago(1, *["hang_up"] * 20), None),
        (ago(1, *["blocked"] * 20), None),
        (ago(1, None, None, None), None),
        (ago(1, *["counselling"] * 9, "prank", "prank"), None),
    ],
)
def test_suggestion(outcomes: list[tuple[str | None, datetime]], suggested: FlagReason | None) -> None:
    assert suggested_by(outcomes, NOW) == suggested


@pytest.mark.parametrize("outcome", sorted(set(NON_COUNSELLING) - {"prank", "abusive", "sexual_gratification"}))
def test_nothing_else_suggests(outcome: str) -> None:
    assert suggested_by(ago(1, *[outcome] * 9), NOW) is None


@pytest.mark.parametrize(
    ("days", "flaw"),
    [(-1, EndFlaw.NOT_AHEAD), (0, EndFlaw.NOT_AHEAD), (1, None), (90, None), (90.01, EndFlaw.TOO_FAR)],
)
def test_end(days: float, flaw: EndFlaw | None) -> None:
    assert end_flaw(NOW + timedelta(days=days), NOW) == flaw


@pytest.mark.parametrize(
    ("kinds", "emergency", "high_risk", "away"),
    [
        (["blocked"], False, False, True),
        (["nuisance", "blocked"], False, False, True),
        (["blocked"], True, False, False),
        (["blocked"], False, True, False),
        (["suggested", "nuisance", "abusive"], False, False, False),
        ([], False, False, False),
    ],
)
def test_turned_away(kinds: list[str], emergency: bool, high_risk: bool, away: bool) -> None:
    assert turned_away(kinds, emergency, high_risk) is away
