"""Calls: create, list, fetch, change."""

from flask import Response, jsonify, request

from tesa.telephony.practice.calls import Wish, place_call
from tesa.telephony.practice.documents import Source
from tesa.telephony.practice.exchange import Full, is_number
from tesa.telephony.practice.legs import Callbacks, Leg
from tesa.telephony.practice.phones import CLIENT
from tesa.telephony.practice.rest.answers import (
    API,
    Json,
    Refused,
    given,
    given_whole,
    line,
    missing,
    page,
    rest_blueprint,
    uri,
)
from tesa.telephony.practice.sids import rfc2822

blueprint = rest_blueprint("calls")
LARGEST_TWIML = 4000


def call_json(leg: Leg) -> Json:
    """A call in Twilio's shape."""
    return {
        "sid": leg.sid,
        "account_sid": line().config.account_sid,
        "api_version": API,
        "from": leg.from_,
        "from_formatted": leg.from_,
        "to": leg.to,
        "to_formatted": leg.to,
        "status": leg.status,
        "direction": leg.direction,
        "parent_call_sid": leg.parent,
        "answered_by": leg.answered_by,
        "date_created": rfc2822(leg.created_at),
        "date_updated": rfc2822(leg.ended_at or leg.answered_at or leg.created_at),
        "start_time": rfc2822(leg.answered_at),
        "end_time": rfc2822(leg.ended_at),
        "duration": str(leg.duration) if leg.ended else None,
        "price": None,
        "price_unit": "USD",
        "phone_number_sid": None,
        "group_sid": None,
        "forwarded_from": None,
        "caller_name": None,
        "annotation": None,
        "queue_time": "0",
        "trunk_sid": None,
        "uri": uri(f"Calls/{leg.sid}.json"),
        "subresource_uris": {},
    }


def destination(name: str = "To") -> str:
    """The number or the browser (client:name) to call. Raises Refused 21201 or 21211."""
    number = given(name).strip()
    if not number:
        raise Refused(400, 21201, f"No '{name}' number is specified")
    if not (is_number(number.removeprefix("whatsapp:")) or CLIENT.fullmatch(number)):
        raise Refused(400, 21211, f"Invalid '{name}' Phone Number")
    return number


def own_number(name: str = "From") -> str:
    """The number to call from, which must be ours. Raises Refused 21213 or 21210."""
    config = line().config
    number = given(name).strip()
    if not number:
        raise Refused(400, 21213, f"No '{name}' number is specified")
    if number.removeprefix("whatsapp:") not in (*config.voice_numbers, config.sms_number, config.whatsapp_number):
        raise Refused(400, 21210, f"'{name}' phone number is not a number of this account")
    return number


def given_callbacks() -> Callbacks | None:
    """Where the progress of a new call is to be reported."""
    address = given("StatusCallback")
    if not address:
        return None
    events = [event for value in request.form.getlist("StatusCallbackEvent") for event in value.split()]
    return Callbacks(address, given("StatusCallbackMethod", "POST").upper(), frozenset(events or ["completed"]))


def _given_source() -> Source | None:
    """The TwiML that a call is to hear, by address or as text. Raises Refused 21205 or 20001."""
    if twiml := request.form.get("Twiml"):
        if len(twiml) > LARGEST_TWIML:
            raise Refused(400, 20001, "Twiml is longer than 4000 characters")
        return Source(twiml=twiml)
    address = given("Url")
    if not address:
        return None
    if not address.startswith(("http://", "https://")):
        raise Refused(400, 21205, "Url is not a valid URL")
    return Source(address, given("Method", "POST").upper())


@blueprint.post("/Calls.json")
def create() -> tuple[Response, int]:
    """Start a call."""
    source = _given_source()
    if source is None:
        raise Refused(400, 21205, "Url or Twiml parameter is required")
    fallback = given("FallbackUrl")
    wish = Wish(
        destination(),
        own_number(),
        given_whole("Timeout", 60, 1, 600),
        given_callbacks(),
        given("MachineDetection") in ("Enable", "DetectMessageEnd"),
    )
    try:
        leg = place_call(line(), wish, source, Source(fallback, given("FallbackMethod", "POST")) if fallback else None)
    except Full as error:
        raise Refused(429, 20429, str(error)) from error
    return jsonify({**call_json(leg), "status": "queued"}), 201


@blueprint.get("/Calls.json")
def index() -> Response:
    """Calls, newest first, by To, From and Status where given."""
    wanted = {name: request.args.get(name) for name in ("To", "From", "Status")}
    legs = [
        leg
        for leg in reversed(line().exchange.legs())
        if wanted["To"] in (None, leg.to)
        and wanted["From"] in (None, leg.from_)
        and wanted["Status"] in (None, leg.status)
    ]
    return page("calls", map(call_json, legs), "Calls.json")


@blueprint.get("/Calls/<sid>.json")
def fetch(sid: str) -> Response:
    """One call."""
    return jsonify(call_json(_leg(sid)))


@blueprint.post("/Calls/<sid>.json")
def update(sid: str) -> Response:
    """Change a live call: end it, or send it to other TwiML. Raises Refused 21220 where that is no longer possible."""
    leg, exchange = _leg(sid), line().exchange
    status = given("Status")
    with exchange.lock:
        if status == "completed":
            done = exchange.hang_up(leg, "api")
        elif status == "canceled":
            done = leg.status in ("queued", "ringing") and exchange.hang_up(leg, "api")
        elif status:
            raise Refused(400, 20001, "Status must be completed or canceled")
        else:
            source = _given_source()
            if source is None:
                raise Refused(400, 21205, "Url, Twiml or Status is required")
            done = leg.status == "in-progress" and exchange.redirect(leg, source)
        if not done:
            raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
        return jsonify(call_json(leg))


def _leg(sid: str) -> Leg:
    leg = line().exchange.leg(sid)
    if leg is None:
        raise missing(f"Calls/{sid}")
    return leg
