"""The telephones of the practice line: what a person (or a habit) does with each."""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tesa.telephony.practice.config import PracticeConfig

if TYPE_CHECKING:
    from tesa.telephony.practice.legs import Leg

MOST_PHONES = 80
E164 = re.compile(r"\+[1-9]\d{6,14}")


OF_BROWSER, OF_STRANGER = ("Peramban · Browser", "staff"), ("Nomor lain · Another number", "caller")
CLIENT = re.compile(r"client:[A-Za-z0-9_]{1,121}")


@dataclass(frozen=True, slots=True)
class Habit:
    """What a phone does by itself when it rings: `reply` after `after` seconds, then `keys` when it is asked for keys."""

    name: str
    reply: str | None = None
    after: float = 0.0
    keys: str = ""


HABITS = {
    habit.name: habit
    for habit in (
        Habit("manual"),
        Habit("accept", "answer", 3.0, "1"),
        Habit("voicemail", "voicemail", 12.0),
        Habit("reject", "reject", 2.0),
        Habit("busy"),
        Habit("off"),
    )
}


@dataclass(eq=False, slots=True)
class Text:
    """A message as the phone shows it. `direction` is in (to TeSA) or out (from TeSA)."""

    sid: str
    channel: str
    direction: str
    body: str
    at: str
    status: str
    note: str = ""


@dataclass(eq=False)
class Phone:
    """One telephone. `leg` is the call it is in or that rings it, `last` the one before."""

    number: str
    label: str
    side: str
    role: str = ""
    email: str = ""
    password: str = field(default="", repr=False)
    totp_secret: str = field(default="", repr=False)
    habit: Habit = HABITS["manual"]
    leg: Leg | None = None
    last: Leg | None = None
    texts: deque[Text] = field(default_factory=lambda: deque(maxlen=40))
    stopped: bool = False
    last_whatsapp: float | None = None
    pages: dict[str, float] = field(default_factory=dict)  # of a browser: when each page asked last


class Phones:
    """All telephones by number; unknown ones appear on the callers' side when they call or are called."""

    def __init__(self, config: PracticeConfig) -> None:
        self._phones: OrderedDict[str, Phone] = OrderedDict()
        self._fixed: set[str] = set()
        for staff in config.phones:
            self._fixed.add(staff.number)
            self._phones[staff.number] = Phone(
                staff.number, staff.label, "staff", staff.role, staff.email, staff.password, staff.totp_secret
            )
        for number, label in config.callers:
            self._fixed.add(number)
            self._phones.setdefault(number, Phone(number, label, "caller"))

    def known(self, number: str) -> Phone | None:
        """The phone with this number, if there is one already."""
        return self._phones.get(number)

    def get(self, number: str) -> Phone:
        """The phone with this number; a new one, a browser or a stranger's, when it is not known yet. Hold the exchange's lock."""
        phone = self._phones.get(number)
        if phone is None:
            self._make_room()
            label, side = OF_BROWSER if number.startswith("client:") else OF_STRANGER
            phone = self._phones[number] = Phone(number, label, side)
        return phone

    def all(self) -> list[Phone]:
        """All phones, the configured ones first. Hold the exchange's lock."""
        return list(self._phones.values())

    def _make_room(self) -> None:
        if len(self._phones) < MOST_PHONES + len(self._fixed):
            return
        idle = next((p.number for p in self._phones.values() if p.number not in self._fixed and p.leg is None), None)
        if idle is not None:
            del self._phones[idle]
