"""What Twilio sends us: the signature guard, and forms parsed into frozen values.

Unsigned or wrongly signed: 403 and no row. Any body that is not form-encoded: 415. After the signature the account,
the shape of the SIDs and the number of values per field are looked at; what is odd there is told to the caller of
`call_form` / `message_form`, who must still reach a human.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from flask import Blueprint, abort, current_app, request
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from config import Settings
from tesa.telephony.numbers import normalised
from tesa.telephony.plans import Plan

log = logging.getLogger(__name__)
SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
MOST_BYTES = 256 * 1024
MOST_FIELDS = 500


@dataclass(frozen=True)
class CallForm:
    """A voice request. `caller` is E.164 or None (withheld, odd); `raw_from` is what came and is never shown unsealed.

    `called` is the one of our numbers that she dialled. Of a conference's event: `room_sid`, `room_name`, why somebody
    left (`left_because`), and whether the participant is `muted` and `held` now (None: not said).
    """

    sid: str
    caller: str | None
    raw_from: str = field(repr=False)
    status: str
    digits: str
    queue_sid: str | None
    queue_result: str | None
    sequence: int | None
    recording_url: str | None = field(repr=False)
    recording_seconds: int
    event: str | None
    label: str | None
    error_code: str | None
    oddities: tuple[str, ...]
    called: str | None = None
    room_sid: str | None = None
    room_name: str = ""
    left_because: str = ""
    muted: bool | None = None
    held: bool | None = None
    recording_sid: str | None = None
    recording_status: str = ""


@dataclass(frozen=True)
class Media:
    """A reference to a picture, voice note or document that is still at Twilio."""

    url: str = field(repr=False)
    content_type: str


@dataclass(frozen=True)
class MessageForm:
    """An inbound text. `sender` is E.164 or None; `channel` is "sms" or "whatsapp"."""

    sid: str
    channel: str
    sender: str | None = field(repr=False)
    raw_from: str = field(repr=False)
    body: str = field(repr=False)
    media: tuple[Media, ...]
    latitude: str = field(repr=False)
    longitude: str = field(repr=False)
    place: str = field(repr=False)
    oddities: tuple[str, ...]


def settings() -> Settings:
    """The settings of the running application."""
    value: Settings = current_app.extensions["tesa_settings"]
    return value


def guard(blueprint: Blueprint) -> None:
    """Let nothing into `blueprint` that Twilio has not signed."""
    blueprint.before_request(refuse_unsigned)


def refuse_unsigned() -> None:
    """Abort with 403, 413 or 415 unless the present request is a well-formed one signed by Twilio."""
    if request.method == "POST":
        if request.mimetype != "application/x-www-form-urlencoded":
            abort(415)
        if (request.content_length or 0) > MOST_BYTES:
            abort(413)
        # An own limit instead of Werkzeug's, so that the answer is ours.
        request.max_content_length = MOST_BYTES
        request.max_form_parts = MOST_FIELDS
        if sum(len(values) for _, values in request.form.lists()) > MOST_FIELDS:
            abort(400)
        if not request.form:
            abort(415)
    if not _signed(settings()):
        abort(403)
    if _foreign_account(settings()):
        abort(403)


def _foreign_account(conf: Settings) -> bool:
    form = request.form if request.method == "POST" else request.args
    return set(form.getlist("AccountSid")) != {conf.twilio_account_sid}


def _signed(conf: Settings) -> bool:
    signature = request.headers.get("X-Twilio-Signature", "")
    if not signature or not signature.isascii() or len(request.headers.getlist("X-Twilio-Signature")) != 1:
        return False
    query = request.query_string.decode("latin-1")
    url = conf.public_url + request.path + ("?" + query if query else "")
    form: MultiDict[str, str] = request.form if request.method == "POST" else MultiDict()
    try:
        return any(RequestValidator(token).validate(url, form, signature) for token in conf.twilio_auth_tokens)
    except Exception:  # twilio-python raises many things on odd input; whatever it is, the request is not signed
        log.info("a webhook's signature could not be checked")
        return False


def _one(form: MultiDict[str, str], name: str) -> str:
    return form.get(name, "")


def _oddities(form: MultiDict[str, str], sid_name: str, prefixes: tuple[str, ...]) -> tuple[str, ...]:
    odd = [f"doubled:{name}"[:60] for name, values in form.lists() if len(values) > 1]
    sid = _one(form, sid_name)
    if not (SID.fullmatch(sid) and sid[:2] in prefixes):
        odd.append(f"sid:{sid_name}")
    if "From" not in form:
        odd.append("from:missing")
    return tuple(odd)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _yes_or_no(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.lower())


def call_form() -> CallForm:
    """The present voice request."""
    form = request.form
    return CallForm(
        sid=_one(form, "CallSid"),
        caller=normalised(_one(form, "From")),
        raw_from=_one(form, "From")[:200],
        status=_one(form, "CallStatus"),
        digits=_one(form, "Digits")[:20],
        queue_sid=_one(form, "QueueSid") if SID.fullmatch(_one(form, "QueueSid")) else None,
        queue_result=_one(form, "QueueResult") or None,
        sequence=_whole(_one(form, "SequenceNumber")),
        recording_url=_one(form, "RecordingUrl")[:500] or None,
        recording_seconds=_whole(_one(form, "RecordingDuration")) or 0,
        event=_one(form, "StatusCallbackEvent") or None,
        label=_one(form, "ParticipantLabel") or None,
        error_code=_one(form, "ErrorCode")[:10] or None,
        oddities=_oddities(form, "CallSid", ("CA",)),
        called=normalised(_one(form, "To")),
        room_sid=_one(form, "ConferenceSid") if SID.fullmatch(_one(form, "ConferenceSid")) else None,
        room_name=_one(form, "FriendlyName")[:100],
        left_because=_one(form, "ReasonParticipantLeft")[:60],
        muted=_yes_or_no(_one(form, "Muted")),
        held=_yes_or_no(_one(form, "Hold")),
        recording_sid=_one(form, "RecordingSid") if SID.fullmatch(_one(form, "RecordingSid")) else None,
        recording_status=_one(form, "RecordingStatus")[:20],
    )


def message_form() -> MessageForm:
    """The present message request. A wrong NumMedia does no harm: the URLs that are there count."""
    form = request.form
    raw = _one(form, "From")
    urls = sorted((k for k in form if re.fullmatch(r"MediaUrl\d{1,2}", k)), key=lambda k: int(k[8:]))
    media = tuple(
        Media(_one(form, k)[:1000], _one(form, "MediaContentType" + k[8:])[:100] or "application/octet-stream")
        for k in urls[:10]
    )
    place = " · ".join(t for t in (_one(form, "Label"), _one(form, "Address")) if t)
    return MessageForm(
        sid=_one(form, "MessageSid"),
        channel="whatsapp" if raw.lower().startswith("whatsapp:") else "sms",
        sender=normalised(raw),
        raw_from=raw[:200],
        body=_one(form, "Body"),
        media=media,
        latitude=_one(form, "Latitude")[:30],
        longitude=_one(form, "Longitude")[:30],
        place=place[:500],
        oddities=_oddities(form, "MessageSid", ("SM", "MM")),
    )


Claimer = Callable[[MessageForm, datetime], Plan | None]
"""Takes an inbound message if it is a staff member's answer (a keyword of a task); None if it is not."""


def claimers() -> list[Claimer]:
    """Who is asked first whether an inbound message is an answer from staff. Filled by the composition root."""
    value: list[Claimer] = current_app.extensions["tesa_claimers"]
    return value


CallClaimer = Callable[[CallForm, datetime], Plan | None]
"""Takes an inbound call that is a leg of a test of ours; None if it is not: then it is a caller."""


def claimed_call(form: CallForm, now: datetime) -> Plan | None:
    """What an inbound call hears if it is no caller. The claimers are filled in by the composition root."""
    claimers: list[CallClaimer] = current_app.extensions["tesa_call_claimers"]
    for claim in claimers:
        plan = claim(form, now)
        if plan is not None:
            return plan
    return None
