"""The control interface: JSON by which the page, `tesa simulate` and tests play the people. This machine only."""

import base64
import binascii
import math
import re
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from tesa.telephony.practice import snapshot
from tesa.telephony.practice.calls import PhoneBusy, Script, dial_in, press, speak
from tesa.telephony.practice.exchange import Full
from tesa.telephony.practice.guard import refuse_strangers, require_practice_header
from tesa.telephony.practice.legs import Leg
from tesa.telephony.practice.messages import Place
from tesa.telephony.practice.phones import HABITS, Habit, Phone
from tesa.telephony.practice.picture import SAMPLE
from tesa.telephony.practice.rest.answers import line

blueprint = Blueprint("control", __name__, url_prefix="/control")
blueprint.before_request(refuse_strangers)
blueprint.before_request(require_practice_header)

Answer = Response | tuple[Response, int]
LONGEST_BODY = 1600
LONGEST_NUMBER = 40
LARGEST_MEDIA = 400 * 1024
KEYS = re.compile(r"[0-9*#]{1,32}")
SCRIPT = re.compile(r"[0-9*#w]{0,64}")


class Unfit(Exception):
    """A control request that cannot be carried out; `status` is its HTTP status."""

    def __init__(self, sentence: str, status: int = 422) -> None:
        super().__init__(sentence)
        self.status = status


@blueprint.errorhandler(Unfit)
def _unfit(error: Unfit) -> tuple[Response, int]:
    return jsonify({"error": str(error)}), error.status


@blueprint.errorhandler(HTTPException)
def _http_error(error: HTTPException) -> tuple[Response, int]:
    return jsonify({"error": error.description}), error.code or 500


# -- reading --------------------------------------------------------------------------------------------------------


@blueprint.get("/state")
def state() -> Answer:
    """Everything the page shows. Query: `since`, the number of the last log line that is known already."""
    return jsonify(snapshot.state(line(), request.args.get("since", 0, type=int)))


@blueprint.get("/log")
def log() -> Answer:
    """The log, and the faults Twilio's debugger would show. Query: `since` as above."""
    faults = [{"at": entry.at, "code": entry.code, "text": entry.text} for entry in line().exchange.journal.errors()]
    return jsonify({"log": snapshot.log(line(), request.args.get("since", 0, type=int)), "errors": faults})


@blueprint.get("/calls/<sid>")
def call(sid: str) -> Answer:
    """One call with everything heard on it."""
    return jsonify(snapshot.leg_json(_leg_by(sid)))


# -- callers --------------------------------------------------------------------------------------------------------


@blueprint.post("/call")
def start_call() -> Answer:
    """A person dials the hotline. JSON: from, withheld?, keys?, patience?, talk? (seconds). Gives the call, 201."""
    body = _body()
    phone = _phone_for(_text(body, "from", LONGEST_NUMBER, required=True))
    script = Script(_keys(body, "keys", SCRIPT, ""), _seconds(body, "patience"), _seconds(body, "talk"))
    try:
        leg = dial_in(line(), phone, "anonymous" if body.get("withheld") is True else phone.number, script)
    except PhoneBusy as error:
        raise Unfit("Telepon ini sedang dipakai · This phone is in a call", 409) from error
    except Full as error:
        raise Unfit(str(error), 429) from error
    return jsonify(snapshot.leg_json(leg)), 201


@blueprint.post("/press")
def press_by_call() -> Answer:
    """Keys during a call. JSON: call, keys."""
    body = _body()
    leg = _leg_by(_text(body, "call", LONGEST_NUMBER, required=True))
    press(line(), leg, _keys(body, "keys", KEYS))
    return jsonify(snapshot.leg_json(leg))


@blueprint.post("/hangup")
def hang_up_by_call() -> Answer:
    """The person on a call hangs up. JSON: call."""
    leg = _leg_by(_text(_body(), "call", LONGEST_NUMBER, required=True))
    _hang_up(leg)
    return jsonify(snapshot.leg_json(leg))


@blueprint.post("/message")
def write_message() -> Answer:
    """A person writes. JSON: from, to?, channel sms|whatsapp, body?, location?, media?. Gives the message's SID, 201.

    `location` is {latitude, longitude, label?, address?}; `media` is "picture" or {content_type, data (base64)}.
    """
    body = _body()
    channel = body.get("channel", "sms")
    if channel not in ("sms", "whatsapp"):
        raise Unfit("channel: sms | whatsapp")
    words = _text(body, "body", LONGEST_BODY)
    place, media = _place(body), _media(body)
    if not (words or place or media):
        raise Unfit("Pesan kosong · Empty message")
    if place is not None and channel != "whatsapp":
        raise Unfit("Lokasi hanya lewat WhatsApp · Locations go by WhatsApp only")
    phone = _phone_for(_text(body, "from", LONGEST_NUMBER, required=True))
    to = _text(body, "to", LONGEST_NUMBER) or None
    message = line().messages.receive(phone, channel, words, to=to, place=place, media=media)
    return jsonify({"sid": message.sid}), 201


# -- phones ---------------------------------------------------------------------------------------------------------


@blueprint.post("/phones/<number>/pick-up")
def pick_up(number: str) -> Answer:
    """The person picks up a ringing phone."""
    return _reply(number, "answer")


@blueprint.post("/phones/<number>/reject")
def reject(number: str) -> Answer:
    """The person rejects a ringing phone."""
    return _reply(number, "reject")


@blueprint.post("/phones/<number>/voicemail")
def voicemail(number: str) -> Answer:
    """The phone's voicemail takes the call."""
    return _reply(number, "voicemail")


@blueprint.post("/phones/<number>/press")
def press_on_phone(number: str) -> Answer:
    """Keys on a phone in a call. JSON: keys."""
    leg = _leg_of(number)
    press(line(), leg, _keys(_body(), "keys", KEYS))
    return jsonify(snapshot.leg_json(leg))


@blueprint.post("/phones/<number>/hang-up")
def hang_up_phone(number: str) -> Answer:
    """The person hangs up."""
    leg = _leg_of(number)
    _hang_up(leg)
    return jsonify(snapshot.leg_json(leg))


@blueprint.post("/phones/<number>/say")
def say_on_phone(number: str) -> Answer:
    """The person says something. JSON: words. Gives how many others hear it."""
    words = _text(_body(), "words", 500, required=True)
    return jsonify({"heard_by": speak(line(), _leg_of(number), words)})


@blueprint.post("/phones/<number>/habit")
def set_habit(number: str) -> Answer:
    """What the phone does by itself. JSON: habit (manual accept voicemail reject busy off), after? (seconds), keys?."""
    body = _body()
    phone = _known(number)
    known = HABITS.get(str(body.get("habit")))
    if known is None:
        raise Unfit(f"habit: {' | '.join(HABITS)}")
    after = _seconds(body, "after")
    keys = _keys(body, "keys", SCRIPT, known.keys)
    phone.habit = Habit(known.name, known.reply, known.after if after is None else after, keys)
    return jsonify({"habit": known.name})


# -- reading requests -----------------------------------------------------------------------------------------------


def _body() -> dict[str, Any]:
    body = request.get_json(silent=True) if request.data else {}
    if not isinstance(body, dict):
        raise Unfit("JSON object expected", 400)
    return body


def _text(body: dict[str, Any], name: str, longest: int, required: bool = False) -> str:
    value = body.get(name)
    if value is None:
        value = ""
    if not isinstance(value, str) or len(value) > longest:
        raise Unfit(f"{name}: text of at most {longest} characters")
    if required and not value.strip():
        raise Unfit(f"{name}: missing")
    return value


def _keys(body: dict[str, Any], name: str, allowed: re.Pattern[str], default: str | None = None) -> str:
    value = body.get(name, default)
    if not isinstance(value, str) or not allowed.fullmatch(value):
        raise Unfit(f"{name}: keys 0-9 * #")
    return value


def _seconds(body: dict[str, Any], name: str) -> float | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 86400:
        raise Unfit(f"{name}: seconds")
    return float(value)


def _place(body: dict[str, Any]) -> Place | None:
    value = body.get("location")
    if value is None:
        return None
    if not isinstance(value, dict):
        raise Unfit("location: {latitude, longitude, label?, address?}")
    degrees = [value.get(name) for name in ("latitude", "longitude")]
    for degree, most in zip(degrees, (90, 180), strict=True):
        if isinstance(degree, bool) or not isinstance(degree, int | float) or not math.isfinite(degree):
            raise Unfit("location: latitude and longitude are numbers")
        if abs(degree) > most:
            raise Unfit("location: out of range")
    return Place(float(degrees[0]), float(degrees[1]), _text(value, "label", 200), _text(value, "address", 300))  # type: ignore[arg-type]


def _media(body: dict[str, Any]) -> tuple[str, bytes] | None:
    value = body.get("media")
    if value is None:
        return None
    if value == "picture":
        return "image/png", SAMPLE
    if not isinstance(value, dict):
        raise Unfit('media: "picture" or {content_type, data}')
    kind = _text(value, "content_type", 80, required=True)
    if not re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", kind):
        raise Unfit("media: content_type")
    try:
        content = base64.b64decode(str(value.get("data", "")), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unfit("media: data is base64") from error
    if not 0 < len(content) <= LARGEST_MEDIA:
        raise Unfit(f"media: at most {LARGEST_MEDIA // 1024} KB")
    return kind, content


def _phone_for(number: str) -> Phone:
    if "/" in number or not number.isprintable():
        raise Unfit("from: odd characters")
    with line().exchange.lock:
        return line().exchange.phones.get(number.strip())


def _known(number: str) -> Phone:
    with line().exchange.lock:
        phone = line().exchange.phones.known(number)
    if phone is None:
        raise Unfit("Telepon tidak dikenal · Unknown phone", 404)
    return phone


def _leg_by(sid: str) -> Leg:
    leg = line().exchange.leg(sid)
    if leg is None:
        raise Unfit("Panggilan tidak dikenal · Unknown call", 404)
    return leg


def _leg_of(number: str) -> Leg:
    leg = _known(number).leg
    if leg is None:
        raise Unfit("Telepon ini tidak sedang dipakai · This phone is not in a call", 409)
    return leg


def _reply(number: str, reply: str) -> Answer:
    exchange, leg = line().exchange, _leg_of(number)
    with exchange.lock:
        if leg.status != "ringing" or leg.direction == "inbound" or leg.reply is not None:
            raise Unfit("Telepon ini tidak berdering · This phone does not ring", 409)
        leg.reply = reply
        exchange.lock.notify_all()
    return jsonify(snapshot.leg_json(leg))


def _hang_up(leg: Leg) -> None:
    if line().exchange.hang_up(leg, "phone"):
        leg.note("you", "Menutup telepon · Hangs up")
