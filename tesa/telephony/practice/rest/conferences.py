"""Conferences and their participants."""

from flask import Response, jsonify, request

from tesa.telephony.practice.calls import Wish, place_participant
from tesa.telephony.practice.conferences import Conference, Participant
from tesa.telephony.practice.documents import Source
from tesa.telephony.practice.exchange import Full
from tesa.telephony.practice.rest.answers import (
    API,
    Json,
    Refused,
    given,
    given_whole,
    given_yes,
    line,
    missing,
    page,
    rest_blueprint,
    uri,
)
from tesa.telephony.practice.rest.calls import destination, given_callbacks, own_number
from tesa.telephony.practice.sids import rfc2822

blueprint = rest_blueprint("conferences")
SWITCHES = {"Muted": "muted", "Hold": "hold", "EndConferenceOnExit": "end_on_exit", "Coaching": "coaching"}
WORDS = {"HoldUrl": "hold_url", "HoldMethod": "hold_method", "CallSidToCoach": "call_to_coach"}


def _conference_json(room: Conference) -> Json:
    return {
        "sid": room.sid,
        "account_sid": line().config.account_sid,
        "api_version": API,
        "friendly_name": room.name,
        "status": room.status,
        "region": "us1",
        "reason_conference_ended": room.reason_ended,
        "call_sid_ending_conference": room.ended_by,
        "date_created": rfc2822(room.created_at),
        "date_updated": rfc2822(room.updated_at),
        "uri": uri(f"Conferences/{room.sid}.json"),
        "subresource_uris": {"participants": uri(f"Conferences/{room.sid}/Participants.json")},
    }


def _participant_json(room: Conference, participant: Participant) -> Json:
    return {
        "account_sid": line().config.account_sid,
        "call_sid": participant.leg.sid,
        "conference_sid": room.sid,
        "label": participant.label or None,
        "call_sid_to_coach": participant.call_to_coach or None,
        "coaching": participant.coaching,
        "muted": participant.muted,
        "hold": participant.hold,
        "start_conference_on_enter": participant.start_on_enter,
        "end_conference_on_exit": participant.end_on_exit,
        "status": participant.status,
        "queue_time": "0",
        "date_created": rfc2822(participant.joined_at),
        "date_updated": rfc2822(room.updated_at),
        "uri": uri(f"Conferences/{room.sid}/Participants/{participant.leg.sid}.json"),
    }


def _room(key: str) -> Conference:
    room = line().conferences.find(key)
    if room is None:
        raise missing(f"Conferences/{key}")
    return room


def _participant(room: Conference, key: str) -> Participant:
    participant = line().conferences.participant(room, key)
    if participant is None:
        raise missing(f"Conferences/{room.sid}/Participants/{key}")
    return participant


def _settings() -> dict[str, bool | str]:
    """The changes of a participant that were asked for."""
    settings: dict[str, bool | str] = {}
    for name, attribute in SWITCHES.items():
        if (value := given_yes(name)) is not None:
            settings[attribute] = value
    settings.update({attribute: given(name) for name, attribute in WORDS.items() if name in request.form})
    if unsupported := {"BeepOnExit"} & set(request.form):
        raise Refused(400, 20001, f"The practice line does not know {', '.join(sorted(unsupported))}")
    return settings


def _announcement() -> Source | None:
    """What is to be heard once, if it was asked for."""
    url = given("AnnounceUrl")
    return Source(url, given("AnnounceMethod") or "POST") if url else None


@blueprint.get("/Conferences.json")
def index() -> Response:
    """Conferences, newest first, by FriendlyName and Status where given."""
    name, status = request.args.get("FriendlyName"), request.args.get("Status")
    rooms = [room for room in line().conferences.all() if name in (None, room.name) and status in (None, room.status)]
    return page("conferences", map(_conference_json, rooms), "Conferences.json")


@blueprint.get("/Conferences/<key>.json")
def fetch(key: str) -> Response:
    """One conference, by SID or the name of a live one."""
    return jsonify(_conference_json(_room(key)))


@blueprint.post("/Conferences/<key>.json")
def update(key: str) -> Response:
    """End a conference, or let everybody in it hear something."""
    room = _room(key)
    if sound := _announcement():
        line().conferences.announce(list(room.participants.values()), sound)
        return jsonify(_conference_json(room))
    if given("Status") != "completed":
        raise Refused(
            400, 20001, "Status=completed and AnnounceUrl are the changes of a conference the practice line knows"
        )
    line().conferences.end(room)
    return jsonify(_conference_json(room))


@blueprint.get("/Conferences/<key>/Participants.json")
def participants(key: str) -> Response:
    """Who is in a conference, in order of arrival."""
    room = _room(key)
    with line().exchange.lock:
        present = [_participant_json(room, one) for one in room.participants.values()]
    return page("participants", present, f"Conferences/{room.sid}/Participants.json")


@blueprint.post("/Conferences/<key>/Participants.json")
def create(key: str) -> tuple[Response, int]:
    """Call a telephone into a conference; the conference is made when the name is new."""
    settings = _settings()
    label = given("Label")
    if label:
        settings["label"] = label
    if (start := given_yes("StartConferenceOnEnter")) is not None:
        settings["start_on_enter"] = start
    wish = Wish(destination(), own_number(), given_whole("Timeout", 60, 1, 600), given_callbacks())
    known = line().conferences.find(key)
    if known is None and key.startswith("CF") and len(key) == 34:
        raise missing(f"Conferences/{key}")
    room = known or line().conferences.open(key, None)
    if label and line().conferences.participant(room, label) is not None:
        raise Refused(400, 16025, "Participant label is taken")
    try:
        leg = place_participant(line(), wish, room.name, settings)
    except Full as error:
        raise Refused(429, 20429, str(error)) from error
    shown = Participant(leg, status="queued")
    for name, value in settings.items():
        setattr(shown, name, value)
    return jsonify(_participant_json(room, shown)), 201


@blueprint.get("/Conferences/<key>/Participants/<who>.json")
def participant(key: str, who: str) -> Response:
    """One participant, by CallSid or label."""
    room = _room(key)
    return jsonify(_participant_json(room, _participant(room, who)))


@blueprint.post("/Conferences/<key>/Participants/<who>.json")
def change(key: str, who: str) -> Response:
    """Mute, hold or otherwise change a participant."""
    room, settings = _room(key), _settings()
    with line().exchange.lock:
        found = _participant(room, who)
        if sound := _announcement():
            line().conferences.announce([found], sound)
        line().conferences.change(room, found, **settings)
        return jsonify(_participant_json(room, found))


@blueprint.delete("/Conferences/<key>/Participants/<who>.json")
def remove(key: str, who: str) -> tuple[str, int]:
    """Take a participant out of a conference."""
    room = _room(key)
    line().conferences.kick(room, _participant(room, who))
    return "", 204


@blueprint.post("/Conferences/<key>/Recordings/<sid>.json")
def stop_recording(key: str, sid: str) -> Response:
    """Stop what is being recorded of a conference (`Twilio.CURRENT`, or by its SID)."""
    room = _room(key)
    tape = line().tapes.of(room)
    if tape is None or sid not in ("Twilio.CURRENT", tape.sid):
        raise missing(f"Conferences/{key}/Recordings/{sid}")
    if given("Status") != "stopped":
        raise Refused(400, 20001, "Status=stopped is the only change of a recording the practice line knows")
    line().tapes.end(room)
    return jsonify({
        "sid": tape.sid, "account_sid": line().config.account_sid, "conference_sid": room.sid, "status": "stopped",
        "channels": 1, "source": "Conference", "uri": uri(f"Conferences/{room.sid}/Recordings/{tape.sid}.json"),
    })  # fmt: skip
