"""How times and lengths of time are written. Times are stored in UTC and shown in the site's zone."""

from __future__ import annotations

from datetime import date, datetime

from flask import Flask
from flask_babel import format_date, format_datetime, format_time

RISK_SHAPES = {"emergency": "⬢", "high": "▲", "medium": "◆", "low": "●"}


def local_time(moment: datetime) -> str:
    """The time of day, such as 22.05."""
    return str(format_time(moment, "HH.mm"))


def local_date(moment: datetime | date) -> str:
    """The day, such as Selasa, 24 Nov 2026."""
    if isinstance(moment, datetime):
        return str(format_datetime(moment, "EEEE, d MMM y"))
    return str(format_date(moment, "EEEE, d MMM y"))


def local_moment(moment: datetime) -> str:
    """Day and time, such as Sel, 24 Nov 22.05."""
    return str(format_datetime(moment, "EEE, d MMM HH.mm"))


def span(seconds: float) -> str:
    """A length of time as a clock shows it: 0:07, 12:30, 1:02:03. Negative lengths are 0:00."""
    whole = max(0, int(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def since(moment: datetime, now: datetime) -> str:
    """How long ago `moment` was, as a clock shows it."""
    return span((now - moment).total_seconds())


def until(moment: datetime, now: datetime) -> str:
    """How long it is until `moment`, as a clock shows it."""
    return span((moment - now).total_seconds())


def level(seconds: float, amber: float | None, red: float | None) -> str:
    """`calm`, `amber` or `red`, by the limits that have been passed."""
    if red is not None and seconds >= red:
        return "red"
    return "amber" if amber is not None and seconds >= amber else "calm"


def init_filters(app: Flask) -> None:
    """Offer these to the templates of `app`."""
    for fn in (local_time, local_date, local_moment, since, until, span):
        app.add_template_filter(fn)
    app.add_template_global(level, "level")
    app.jinja_env.globals["RISK_SHAPES"] = RISK_SHAPES
