"""Call plans: frozen values that say what a caller hears and what happens next. `twiml.render` speaks them to Twilio.

A webhook answers with a plan and knows no TwiML. Addresses inside a plan are absolute public URLs, because a plan may
also be sent by REST, where Twilio cannot resolve relative ones. Times are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Say:
    """A sentence read out. Default voice: Indonesian."""

    text: str
    language: str = "id-ID"


@dataclass(frozen=True)
class Play:
    """A recorded prompt, fetched by GET from `url`."""

    url: str


@dataclass(frozen=True)
class PressKeys:
    """Press `digits` (w: half a second's pause) into the line, as a telephone would."""

    digits: str


@dataclass(frozen=True)
class Pause:
    """Silence of `seconds`."""

    seconds: int


Prompt = Say | Play | Pause


@dataclass(frozen=True)
class Gather:
    """Prompts during which one key (or `digits` keys) may be pressed at any time; then `action` is asked."""

    action: str
    prompts: tuple[Prompt, ...]
    digits: int = 1
    timeout: int = 3


@dataclass(frozen=True)
class Enqueue:
    """Wait in `queue`, hearing the documents of `wait_url` again and again; `action` is asked when she leaves it."""

    queue: str
    wait_url: str
    action: str


@dataclass(frozen=True)
class JoinConference:
    """Talk in the room `room`. Every document that leads into one room sets the same `events_url`.

    `starts`: the talk begins when she enters. `muted`: she only listens. `coach`: the CallSid of the one leg that hears
    her. `star_leaves`: the key * leads her out, to `action`. `recorded_url`: record all of it, and tell there.
    """

    room: str
    label: str
    action: str
    events_url: str
    wait_url: str
    ends_room: bool = True
    starts: bool = True
    muted: bool = False
    coach: str | None = None
    star_leaves: bool = False
    recorded_url: str | None = None


@dataclass(frozen=True)
class DialNumbers:
    """Ring `numbers` one after the other, showing our own number. Who picks up hears `screen_url` first, if given."""

    numbers: tuple[str, ...]
    caller_id: str
    timeout: int = 15
    screen_url: str | None = None


@dataclass(frozen=True)
class Record:
    """Let her leave a message of at most `seconds`; `action` is asked afterwards, `told_url` when its file is ready."""

    action: str
    seconds: int = 180
    told_url: str | None = None


@dataclass(frozen=True)
class Redirect:
    """Go on with the document at `url`."""

    url: str


@dataclass(frozen=True)
class Leave:
    """Leave the queue (only in a waiting document)."""


@dataclass(frozen=True)
class Hangup:
    """End this leg."""


@dataclass(frozen=True)
class Reply:
    """Answer a message with a text."""

    text: str
    status_url: str | None = None


Verb = Prompt | PressKeys | Gather | Enqueue | JoinConference | DialNumbers | Record | Redirect | Leave | Hangup | Reply
Plan = tuple[Verb, ...]
