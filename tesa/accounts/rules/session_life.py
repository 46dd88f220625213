"""How long a signed-in browser stays signed in, and what its owner recognises it by."""

from __future__ import annotations

from datetime import datetime, timedelta

IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=12)
TOUCH_AFTER = timedelta(seconds=30)  # an act is written down only this often, so that reading a page seldom writes

BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung"), ("Firefox", "Firefox"),
            ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
           ("Macintosh", "Mac"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def is_open(seen_at: datetime, ends_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    """True while a session may be used: not ended, not older than its end, not idle for longer than IDLE."""
    return ended_at is None and now < ends_at and now - seen_at <= IDLE


def is_worth_a_touch(seen_at: datetime, now: datetime) -> bool:
    """True when the present act should be written down as the last one seen."""
    return now - seen_at >= TOUCH_AFTER


def device_label(user_agent: str) -> str:
    """`Firefox, Linux`: what a browser says of itself, in two known words; never its own text."""
    browser = next((label for mark, label in BROWSERS if mark in user_agent), "")
    system = next((label for mark, label in SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (browser, system) if part) or "?"
