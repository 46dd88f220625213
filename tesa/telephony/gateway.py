"""REST to Twilio: six requests, three ways they can end.

`perform(request)` returns the provider's SID (or None), or raises Refused (surely not done: do not repeat unless
`again` says so) or Unsure (it may or may not have been done).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from config import Settings

CALL_EVENTS = ["initiated", "ringing", "answered", "completed"]
TIMEOUT = 5.0  # seconds for one REST request; the lease of an outbox item is longer


@dataclass(frozen=True)
class PlaceCall:
    """Ring `to` for at most `ring_seconds`; when it is picked up, Twilio asks `url` what to say.

    `from_number` is the one of our numbers that it shows; None: the hotline's.
    """

    to: str
    url: str
    status_url: str
    ring_seconds: int = 20
    from_number: str | None = None


@dataclass(frozen=True)
class Dequeue:
    """Take the caller `call_sid` out of the queue and lead her to `url`. Refused with 404 when she has left."""

    queue_sid: str
    call_sid: str
    url: str


@dataclass(frozen=True)
class RedirectCall:
    """Lead a live call to the document at `url`."""

    call_sid: str
    url: str


@dataclass(frozen=True)
class EndCall:
    """End a call, also one that still rings."""

    call_sid: str


@dataclass(frozen=True)
class SendMessage:
    """Send `body` to `to`; both channels are plain numbers, `channel` is "sms" or "whatsapp"."""

    channel: str
    to: str
    body: str
    status_url: str


@dataclass(frozen=True)
class CheckCall:
    """Ask how a call fares, when its callbacks may have been lost. The answer is Twilio's status word, not a SID."""

    call_sid: str


Request = PlaceCall | Dequeue | RedirectCall | EndCall | SendMessage | CheckCall


class Refused(Exception):
    """Twilio said no. `code` is Twilio's error number; `again` is the seconds after which asking again makes sense."""

    def __init__(self, code: str, again: float | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.again = again


class Unsure(Exception):
    """No usable answer: the request may have been carried out."""


class Gateway(Protocol):
    """Whoever can carry out requests: Twilio, or the practice line in its place."""

    def perform(self, request: Request) -> str | None:
        """Carry out `request`; the new SID (CheckCall: the status), or None. Raises Refused or Unsure."""
        ...


class BaseUrlClient(TwilioHttpClient):
    """twilio-python builds absolute addresses; this client sends those of *.twilio.com to another base URL."""

    def __init__(self, base_url: str | None) -> None:
        super().__init__(timeout=TIMEOUT, pool_connections=True)
        self.base = urlsplit(base_url) if base_url else None
        # The library logs addresses and whole bodies at INFO, numbers included: never into our logs.
        self.logger = logging.getLogger("tesa.telephony.silent")
        self.logger.addHandler(logging.NullHandler())
        self.logger.propagate = False

    def request(self, method: str, uri: str, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        parts = urlsplit(uri)
        if self.base and parts.hostname and parts.hostname.endswith(".twilio.com"):
            uri = urlunsplit((self.base.scheme, self.base.netloc, self.base.path + parts.path, parts.query, ""))
        return super().request(method, uri, *args, **kwargs)


class TwilioGateway:
    """The real gateway. In practice mode only its base URL differs."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.client = Client(
            settings.twilio_account_sid,
            settings.twilio_auth_tokens[0],
            http_client=BaseUrlClient(settings.twilio_api_base_url),
        )

    def perform(self, request: Request) -> str | None:
        """See Gateway."""
        try:
            return self._perform(request)
        except TwilioRestException as error:
            raise _judged(error) from error
        except requests.exceptions.ConnectTimeout as error:
            raise Refused("connect", again=1.0) from error
        except requests.exceptions.ConnectionError as error:
            if "NewConnectionError" in repr(error) or "Connection refused" in repr(error):
                raise Refused("connect", again=1.0) from error
            raise Unsure(type(error).__name__) from error
        except (requests.exceptions.RequestException, ValueError, KeyError, TypeError) as error:
            raise Unsure(type(error).__name__) from error

    def _perform(self, request: Request) -> str | None:
        match request:
            case PlaceCall():
                call = self.client.calls.create(
                    to=request.to,
                    from_=request.from_number or self.settings.voice_number,
                    url=request.url,
                    method="POST",
                    status_callback=request.status_url,
                    status_callback_method="POST",
                    status_callback_event=CALL_EVENTS,
                    timeout=request.ring_seconds,
                )
                return call.sid
            case Dequeue():
                self.client.queues(request.queue_sid).members(request.call_sid).update(url=request.url, method="POST")
            case RedirectCall():
                self.client.calls(request.call_sid).update(url=request.url, method="POST")
            case EndCall():
                self.client.calls(request.call_sid).update(status="completed")
            case SendMessage():
                return self._send(request)
            case CheckCall():
                return str(self.client.calls(request.call_sid).fetch().status)
        return None

    def _send(self, request: SendMessage) -> str | None:
        prefix = "whatsapp:" if request.channel == "whatsapp" else ""
        sender = self.settings.whatsapp_number if prefix else self.settings.sms_number
        if sender is None:
            raise Refused("no-sender")
        message = self.client.messages.create(
            to=prefix + request.to, from_=prefix + sender, body=request.body, status_callback=request.status_url
        )
        return message.sid


def _judged(error: TwilioRestException) -> Refused | Unsure:
    if error.status == 429:
        return Refused(str(error.code or 20429), again=2.0)
    if error.status >= 500:
        return Unsure(f"HTTP {error.status}")
    return Refused(str(error.code or error.status))
