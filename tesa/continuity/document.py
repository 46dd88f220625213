"""The static document: TwiML that needs nothing of ours to be carried out. It holds telephone numbers of staff, no caller's."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime

from tesa.accounts.public import phones
from tesa.continuity.rules import ringing
from tesa.continuity.rules.ringing import AHEAD, Duty
from tesa.intake import prompts
from tesa.psychologists.public import on_duty_or_coming
from tesa.telephony import twiml
from tesa.telephony.inbound import settings
from tesa.telephony.plans import DialNumbers, Hangup, Plan, Say

NUMBER = re.compile(r"<Number>\s*([^<\s]+)\s*</Number>")
RING_SECONDS = 15  # Twilio adds five; a private voicemail answers at 20 to 25


@dataclass(frozen=True)
class Document:
    """The document of an instant. `until`: when another one may be right though nobody touches the rota."""

    body: bytes = field(repr=False)
    numbers: tuple[str, ...] = field(repr=False)
    until: datetime | None

    @property
    def digest(self) -> str:
        """SHA-256 of the body."""
        return hashlib.sha256(self.body).hexdigest()


def document(now: datetime) -> Document:
    """The document for the rota at `now`. Raises KeysAway while a number of somebody on duty cannot be opened."""
    duties = _duties(now)
    numbers = ringing.numbers(duties, settings().coordinator_numbers, now)
    return Document(twiml.render(_plan(numbers)).encode(), numbers, ringing.next_change(duties, now))


def _duties(now: datetime) -> list[Duty]:
    people = on_duty_or_coming("hotline", now, AHEAD)
    phone = phones(person.account_id for person in people)
    return [Duty(p.tier, p.starts_at, p.ends_at, phone.get(p.account_id)) for p in people]


def _plan(numbers: tuple[str, ...]) -> Plan:
    last = (Say(prompts.LAST_RESORT_NOBODY), Hangup())
    if not numbers:
        return last
    return (Say(prompts.LAST_RESORT), DialNumbers(numbers, settings().voice_number, RING_SECONDS), *last)


def numbers_in(body: bytes) -> tuple[str, ...]:
    """The numbers that an exported document rings, in its order."""
    return tuple(NUMBER.findall(body.decode(errors="replace")))
