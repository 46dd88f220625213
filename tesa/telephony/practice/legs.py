"""A leg: one call between the line and one telephone, and the orders that may reach it from outside."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tesa.telephony.practice import sids
from tesa.telephony.practice.documents import Source
from tesa.telephony.practice.phones import Phone

FINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})


class HungUp(Exception):
    """The call is over; `by` is phone or api or line."""

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by


class Redirected(Exception):
    """The call was sent to other TwiML by REST."""

    def __init__(self, source: Source) -> None:
        super().__init__("redirected")
        self.source = source


class Bridging(Exception):
    """A queued call is taken out of its queue by somebody's `<Dial><Queue>`."""

    def __init__(self, bridge: "Bridge", whisper: Source | None) -> None:
        super().__init__("bridging")
        self.bridge = bridge
        self.whisper = whisper


class NotConnected(Exception):
    """The call ended without being answered; `status` is the final status."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


class Interrupted(Exception):
    """What was being played has to stop because the surroundings changed (a conference began, a hold ended)."""


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody else told the leg to do: the exception its thread raises, and the queue result it stands for."""

    news: HungUp | Redirected | Bridging
    queue_result: str


@dataclass(eq=False)
class Bridge:
    """A conversation of two legs (`<Dial><Number>`, `<Dial><Queue>`)."""

    joined: "list[Leg]" = field(default_factory=list)
    open: bool = True
    redirected: bool = False


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Where the progress of a call is reported, and which events."""

    url: str
    method: str = "POST"
    events: frozenset[str] = frozenset({"completed"})


@dataclass(frozen=True, slots=True)
class Heard:
    """One line of what happened on a call. `who` is line | you | other | note."""

    at: str
    who: str
    text: str


@dataclass(eq=False)
class Leg:
    """One call. All fields are read and changed under the exchange's lock, except by the leg's own thread."""

    from_: str
    to: str
    direction: str
    phone: Phone
    parent: str | None = None
    callbacks: Callbacks | None = None
    fallback: Source | None = None
    sid: str = field(default_factory=lambda: sids.new_sid("CA"))
    token: str = field(default_factory=lambda: sids.new_sid(""))
    status: str = "queued"
    created_at: datetime = field(default_factory=sids.now)
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    answered_tick: float | None = None
    duration: int = 0
    sequence: int = 0
    where: str = ""
    listening: bool = False
    reply: str | None = None
    detect_machine: bool = False
    answered_by: str | None = None
    order: Order | None = None
    keys: deque[str] = field(default_factory=lambda: deque(maxlen=64))
    said: deque[str] = field(default_factory=lambda: deque(maxlen=64))
    script: deque[str] = field(default_factory=lambda: deque(maxlen=64))
    gives_up_at: float | None = None
    talk_for: float | None = None
    cookies: dict[str, str] = field(default_factory=dict)
    lines: deque[Heard] = field(default_factory=lambda: deque(maxlen=160))
    claim: Callable[[str], None] | None = None
    audience: "Callable[[], list[Leg]] | None" = None
    bridge: Bridge | None = None
    page: str | None = None  # of a browser: the page that has the call
    peer: "Leg | None" = None  # the other leg of a call between two numbers of ours

    @property
    def ended(self) -> bool:
        """Whether the call has its final status."""
        return self.status in FINAL

    @property
    def answered(self) -> bool:
        """Whether the call was ever picked up."""
        return self.answered_at is not None

    def note(self, who: str, text: str) -> None:
        """Add a line to what this phone hears and does."""
        self.lines.append(Heard(sids.now().isoformat(timespec="milliseconds"), who, text[:800]))
