"""REST to Twilio: ten requests, three ways they can end.

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
ROOM_EVENTS = ["start", "end", "join", "leave", "mute", "hold", "modify"]
OVER = 21220  # Twilio's error number of a change to a call that is over
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
    """End a call, also one that still rings. One that is over already is ended."""

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


@dataclass(frozen=True)
class DeleteRecording:
    """Delete a recording at Twilio. One that is gone already is deleted."""

    recording_sid: str


@dataclass(frozen=True)
class StopRecording:
    """Stop what is being recorded of a conference. Nothing being recorded is the same as stopped."""

    room_sid: str


@dataclass(frozen=True)
class AddParticipant:
    """Call `to` straight into the conference `room` (a SID or a name), under `label`. Whoever is in it hears the ringing.

    Where events of the conference go (`events_url`) is said again, because the first one to enter decides.
    """

    room: str
    to: str
    label: str
    status_url: str
    events_url: str
    ring_seconds: int = 30


@dataclass(frozen=True)
class ChangeParticipant:
    """Bring the participant `who` (label or CallSid) of `room` into this state. What is None stays as it is.

    `hold_url` is what is heard on hold. `coach` is the CallSid of the only leg that hears a participant; "" for
    everybody again.
    """

    room: str
    who: str
    muted: bool | None = None
    hold: bool | None = None
    hold_url: str | None = None
    coach: str | None = None
    ends_room: bool | None = None


@dataclass(frozen=True)
class RemoveParticipant:
    """Take the participant `who` out of `room`; her call goes on with the `action` of what led her in."""

    room: str
    who: str


@dataclass(frozen=True)
class Announce:
    """Let the document at `url` be heard in `room`, by the participant `who` alone, or by everybody."""

    room: str
    url: str
    who: str | None = None


Request = (
    PlaceCall
    | Dequeue
    | RedirectCall
    | EndCall
    | SendMessage
    | CheckCall
    | DeleteRecording
    | StopRecording
    | AddParticipant
    | ChangeParticipant
    | RemoveParticipant
    | Announce
)


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
                self._end(request)
            case SendMessage():
                return self._send(request)
            case CheckCall():
                return str(self.client.calls(request.call_sid).fetch().status)
            case DeleteRecording() | StopRecording():
                self._of_recording(request)
            case AddParticipant() | ChangeParticipant() | RemoveParticipant() | Announce():
                return self._in_room(request)
        return None

    def _end(self, request: EndCall) -> None:
        try:
            self.client.calls(request.call_sid).update(status="completed")
        except TwilioRestException as error:
            if error.code != OVER:
                raise

    def _of_recording(self, request: DeleteRecording | StopRecording) -> None:
        try:
            match request:
                case DeleteRecording():
                    self.client.recordings(request.recording_sid).delete()
                case StopRecording():
                    recordings = self.client.conferences(request.room_sid).recordings
                    recordings("Twilio.CURRENT").update(status="stopped")  # type: ignore[arg-type]  # a plain word
        except TwilioRestException as error:
            if error.status != 404:
                raise

    def _in_room(self, request: AddParticipant | ChangeParticipant | RemoveParticipant | Announce) -> str | None:
        conference = self.client.conferences(request.room)
        match request:
            case AddParticipant():
                return conference.participants.create(
                    from_=self.settings.voice_number,
                    to=request.to,
                    label=request.label,
                    timeout=request.ring_seconds,
                    early_media=True,
                    beep="false",
                    start_conference_on_enter=True,
                    end_conference_on_exit=False,
                    status_callback=request.status_url,
                    status_callback_method="POST",
                    status_callback_event=CALL_EVENTS,
                    conference_status_callback=request.events_url,
                    conference_status_callback_method="POST",
                    conference_status_callback_event=ROOM_EVENTS,
                ).call_sid
            case ChangeParticipant():
                conference.participants(request.who).update(**_changes(request))
            case RemoveParticipant():
                conference.participants(request.who).delete()
            case Announce() if request.who is None:
                conference.update(announce_url=request.url, announce_method="POST")
            case Announce():
                conference.participants(request.who).update(announce_url=request.url, announce_method="POST")
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


def _changes(request: ChangeParticipant) -> dict[str, Any]:
    changes: dict[str, Any] = {
        "muted": request.muted,
        "hold": request.hold,
        "end_conference_on_exit": request.ends_room,
    }
    if request.hold and request.hold_url:
        changes |= {"hold_url": request.hold_url, "hold_method": "POST"}
    if request.coach is not None:
        changes |= {"coaching": True, "call_sid_to_coach": request.coach} if request.coach else {"coaching": False}
    return {name: value for name, value in changes.items() if value is not None}


def _judged(error: TwilioRestException) -> Refused | Unsure:
    if error.status == 429:
        return Refused(str(error.code or 20429), again=2.0)
    if error.status >= 500:
        return Unsure(f"HTTP {error.status}")
    return Refused(str(error.code or error.status))
