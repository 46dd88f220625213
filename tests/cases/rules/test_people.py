from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tesa.cases.rules.people import may_be_born


@pytest.mark.parametrize(("year", "can"), [(2026, True), (2027, False), (1906, True), (1905, False), (0, False)])
def test_may_be_born(year: int, can: bool) -> None:
    assert may_be_born(year, datetime(2026, 11, 24, tzinfo=UTC)) is can
