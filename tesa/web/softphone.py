"""Which pages may telephone: those that carry the bar, and their answers alone get the headers for it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g

SIGNALLING = ("wss://voice-js.singapore.twilio.com", "wss://voice-js.roaming.twilio.com", "https://eventgw.twilio.com")


@dataclass(frozen=True)
class Softphone:
    """What the bar of a page is told. `driver`: twilio, or practice with the practice line's address."""

    driver: str
    line: str = ""

    @property
    def hosts(self) -> tuple[str, ...]:
        """Whom the page has to reach besides us."""
        return (self.line,) if self.driver == "practice" else SIGNALLING


def allow(phone: Softphone) -> None:
    """The answer being made carries the bar: it may use the microphone and reach the telephone's hosts."""
    g.tesa_softphone = phone


def allowed() -> Softphone | None:
    """The bar that the answer being made carries."""
    phone: Softphone | None = g.get("tesa_softphone")
    return phone
