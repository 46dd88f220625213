"""A gateway that reaches nobody and remembers what it was asked."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from flask import has_request_context
from flask import request as current_request

from tesa.telephony.gateway import (
    CheckCall,
    Dequeue,
    EndCall,
    PlaceCall,
    RedirectCall,
    Refused,
    Request,
    SendMessage,
    Unsure,
)

Meant = Callable[[Request], bool]


def every(_request: Request) -> bool:
    """Any request at all."""
    return True


def _in_webhook() -> bool:
    return has_request_context() and current_request.path.startswith("/twilio/")


class FakeGateway:
    """Twilio as the outbox sees it. `requests` holds all that was asked, in order, also what was then refused."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.sids: list[str | None] = []  # what was answered, beside `requests`; None when refused or unsure
        self.statuses: dict[str, str] = {}  # what CheckCall is told of a call; "in-progress" unless said otherwise
        self._numbers = itertools.count(1)
        self._troubles: list[tuple[Meant, Exception, int]] = []

    def perform(self, request: Request) -> str | None:
        """See tesa.telephony.gateway.Gateway. Twilio waits for our document: nothing is asked of it meanwhile."""
        assert not _in_webhook(), f"{type(request).__name__} was sent while Twilio waits for an answer"
        self.requests.append(request)
        self.sids.append(None)
        self._be_troubled(request)
        sid = self._answer(request)
        self.sids[-1] = sid
        return sid

    def _answer(self, request: Request) -> str | None:
        match request:
            case PlaceCall():
                return f"CAf{next(self._numbers):031x}"
            case SendMessage():
                return f"SMf{next(self._numbers):031x}"
            case CheckCall():
                return self.statuses.get(request.call_sid, "in-progress")
        return None

    def _be_troubled(self, request: Request) -> None:
        for place, (meant, error, times) in enumerate(self._troubles):
            if meant(request):
                self._troubles[place : place + 1] = [(meant, error, times - 1)] if times > 1 else []
                raise error

    def refuse(self, code: str, again: float | None = None, meant: Meant = every, times: int = 1) -> None:
        """Say no with `code` to the next `times` requests that are `meant`; `again`: seconds after which to ask again."""
        self._troubles.append((meant, Refused(code, again), times))

    def hang(self, meant: Meant = every, times: int = 1) -> None:
        """Leave the next `times` requests that are `meant` without an answer: done or not, nobody knows."""
        self._troubles.append((meant, Unsure("ReadTimeout"), times))

    @property
    def calls(self) -> list[PlaceCall]:
        """The telephones that were rung, in order."""
        return [r for r in self.requests if isinstance(r, PlaceCall)]

    @property
    def rung(self) -> list[str]:
        """Their numbers."""
        return [call.to for call in self.calls]

    @property
    def messages(self) -> list[SendMessage]:
        """The messages that were sent, in order."""
        return [r for r in self.requests if isinstance(r, SendMessage)]

    @property
    def ended(self) -> list[str]:
        """The SIDs of the calls that were told to end."""
        return [r.call_sid for r in self.requests if isinstance(r, EndCall)]

    @property
    def led(self) -> list[Dequeue | RedirectCall]:
        """The live calls that were led to another document."""
        return [r for r in self.requests if isinstance(r, Dequeue | RedirectCall)]

    def sid_of(self, number: str) -> str:
        """The SID of the last call to `number`. Raises LookupError when it was never rung."""
        for request, sid in zip(reversed(self.requests), reversed(self.sids), strict=True):
            if isinstance(request, PlaceCall) and request.to == number and sid is not None:
                return sid
        raise LookupError(number)

    def forget(self) -> None:
        """Begin a new list of requests."""
        self.requests.clear()
        self.sids.clear()
