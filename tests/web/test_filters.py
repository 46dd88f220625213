"""Times as they are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from tesa.web.filters import level, local_date, local_moment, local_time, since, span, until

MOMENT = datetime(2026, 11, 24, 18, 5, tzinfo=UTC)


def test_times_are_shown_in_the_sites_zone_and_in_the_language_of_the_page(app: Flask) -> None:
    with app.test_request_context("/home"):
        assert local_time(MOMENT) == "01.05"
        assert local_date(MOMENT) == "Rabu, 25 Nov 2026"
        assert local_date(MOMENT.date()) == "Selasa, 24 Nov 2026"
        assert local_moment(MOMENT) == "Rab, 25 Nov 01.05"
    with app.test_request_context("/home?lang=en"):
        assert local_date(MOMENT) == "Wednesday, 25 Nov 2026"


@pytest.mark.parametrize(
    ("seconds", "text"), [(-5, "0:00"), (0, "0:00"), (7.9, "0:07"), (60, "1:00"), (3599, "59:59"), (3723, "1:02:03")]
)
def test_a_span_reads_like_a_clock(seconds: float, text: str) -> None:
    assert span(seconds) == text
    assert since(MOMENT, MOMENT + timedelta(seconds=seconds)) == text
    assert until(MOMENT + timedelta(seconds=seconds), MOMENT) == text


@pytest.mark.parametrize(
    ("seconds", "colour"), [(119, "calm"), (120, "amber"), (299, "amber"), (300, "red"), (9999, "red")]
)
def test_the_limits_give_the_colour(seconds: float, colour: str) -> None:
    assert level(seconds, 120, 300) == colour
    assert level(seconds, None, None) == "calm"
