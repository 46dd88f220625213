"""Messages, their media, and recordings."""

from flask import Response, jsonify, redirect, request
from werkzeug.wrappers import Response as Answer

from tesa.telephony.practice.exchange import is_number
from tesa.telephony.practice.library import Item
from tesa.telephony.practice.messages import Message
from tesa.telephony.practice.rest.answers import (
    API,
    Json,
    Refused,
    given,
    line,
    missing,
    page,
    rest_blueprint,
    uri,
)
from tesa.telephony.practice.sids import rfc2822

blueprint = rest_blueprint("messages")
LONGEST_BODY = 1600


def _message_json(message: Message) -> Json:
    media = len(line().library.of(message.sid))
    return {
        "sid": message.sid,
        "account_sid": line().config.account_sid,
        "api_version": API,
        "from": message.from_,
        "to": message.to,
        "body": message.body,
        "status": message.status,
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": None,
        "messaging_service_sid": None,
        "num_media": str(media),
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "date_created": rfc2822(message.created_at),
        "date_updated": rfc2822(message.updated_at),
        "date_sent": None if message.status == "queued" else rfc2822(message.updated_at),
        "uri": uri(f"Messages/{message.sid}.json"),
        "subresource_uris": {"media": uri(f"Messages/{message.sid}/Media.json")},
    }


def _media_json(item: Item) -> Json:
    return {
        "sid": item.sid,
        "account_sid": line().config.account_sid,
        "parent_sid": item.owner,
        "content_type": item.content_type,
        "date_created": rfc2822(item.created_at),
        "date_updated": rfc2822(item.created_at),
        "uri": uri(f"Messages/{item.owner}/Media/{item.sid}.json"),
    }


def _message(sid: str) -> Message:
    message = line().messages.find(sid)
    if message is None:
        raise missing(f"Messages/{sid}")
    return message


def _item(sid: str, owner: str | None = None) -> Item:
    item = line().library.find(sid)
    if item is None or owner not in (None, item.owner):
        raise missing(sid)
    return item


def _check_parties(to: str, from_: str) -> None:
    """Raises Refused where Twilio refuses the pair of addresses at once."""
    config = line().config
    if not to:
        raise Refused(400, 21604, "A 'To' phone number is required")
    if not from_:
        raise Refused(400, 21603, "A 'From' phone number is required")
    whatsapp = to.startswith("whatsapp:")
    if not is_number(to.removeprefix("whatsapp:")):
        raise Refused(400, 21211, "Invalid 'To' Phone Number")
    if whatsapp and from_ != f"whatsapp:{config.whatsapp_number.removeprefix('whatsapp:')}":
        raise Refused(400, 63007, "Could not find a Channel with the specified From address")
    if not whatsapp and from_ != config.sms_number:
        raise Refused(400, 21606, "The 'From' phone number is not a message-capable number of this account")
    phone = line().exchange.phones.known(to)
    if phone is not None and phone.stopped:
        raise Refused(400, 21610, "Attempt to send to unsubscribed recipient")


@blueprint.post("/Messages.json")
def create() -> tuple[Response, int]:
    """Send a message."""
    to, from_ = given("To").strip(), given("From").strip()
    body, content_sid = given("Body"), given("ContentSid")
    _check_parties(to, from_)
    if content_sid and body:
        raise Refused(400, 21620, "Body cannot stand beside ContentSid")
    if content_sid:
        body = f"[templat · template {content_sid}] {given('ContentVariables')}".strip()
    if not body:
        raise Refused(400, 21602, "Message body is required")
    if len(body) > LONGEST_BODY:
        raise Refused(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    message = line().messages.send(to, from_, body, given("StatusCallback") or None, content_sid or None)
    return jsonify(_message_json(message)), 201


@blueprint.get("/Messages/<sid>.json")
def fetch(sid: str) -> Response:
    """One message."""
    return jsonify(_message_json(_message(sid)))


@blueprint.post("/Messages/<sid>.json")
def redact(sid: str) -> Response:
    """Empty the text of a message (the only change there is)."""
    message = _message(sid)
    if request.form.get("Body") != "":
        raise Refused(400, 20001, "Only an empty Body is accepted")
    message.body = ""
    return jsonify(_message_json(message))


@blueprint.delete("/Messages/<sid>.json")
def delete(sid: str) -> tuple[str, int]:
    """Delete a message and its media."""
    if not line().messages.drop(sid):
        raise missing(f"Messages/{sid}")
    return "", 204


@blueprint.get("/Messages/<sid>/Media.json")
def media_index(sid: str) -> Response:
    """The media of a message."""
    return page("media_list", map(_media_json, line().library.of(_message(sid).sid)), f"Messages/{sid}/Media.json")


@blueprint.get("/Messages/<sid>/Media/<media>.json")
def media_fetch(sid: str, media: str) -> Response:
    """What a medium is."""
    return jsonify(_media_json(_item(media, sid)))


@blueprint.get("/Messages/<sid>/Media/<media>")
def media_content(sid: str, media: str) -> Answer:
    """A medium itself, by way of a temporary address that needs no credentials."""
    return redirect(f"{line().config.own_url}/temporary/{line().library.ticket(_item(media, sid))}", 307)


@blueprint.delete("/Messages/<sid>/Media/<media>.json")
@blueprint.delete("/Messages/<sid>/Media/<media>")
def media_delete(sid: str, media: str) -> tuple[str, int]:
    """Delete a medium."""
    line().library.drop(_item(media, sid).sid)
    return "", 204


@blueprint.get("/Recordings/<sid>.json")
def recording_fetch(sid: str) -> Response:
    """What a recording is."""
    item = _item(sid)
    return jsonify(
        {
            "sid": item.sid,
            "account_sid": line().config.account_sid,
            "api_version": API,
            "call_sid": item.owner,
            "conference_sid": None,
            "status": "completed",
            "source": "RecordVerb",
            "channels": 1,
            "duration": str(item.duration),
            "date_created": rfc2822(item.created_at),
            "date_updated": rfc2822(item.created_at),
            "start_time": rfc2822(item.created_at),
            "price": None,
            "price_unit": "USD",
            "error_code": None,
            "encryption_details": None,
            "media_url": f"{line().config.own_url}{uri(f'Recordings/{sid}')}",
            "uri": uri(f"Recordings/{sid}.json"),
            "subresource_uris": {},
        }
    )


@blueprint.get("/Recordings/<sid>")
@blueprint.get("/Recordings/<sid>.wav")
@blueprint.get("/Recordings/<sid>.mp3")
def recording_content(sid: str) -> Response:
    """A recording itself."""
    item = _item(sid)
    return Response(item.content, mimetype=item.content_type)


@blueprint.delete("/Recordings/<sid>.json")
@blueprint.delete("/Recordings/<sid>")
def recording_delete(sid: str) -> tuple[str, int]:
    """Delete a recording."""
    line().library.drop(_item(sid).sid)
    return "", 204
