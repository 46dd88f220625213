"""Queues and their members."""

from flask import Response, jsonify

from tesa.telephony.practice.documents import Source
from tesa.telephony.practice.queues import LARGEST, Member, Queue
from tesa.telephony.practice.rest.answers import (
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

blueprint = rest_blueprint("queues")


def _queue_json(queue: Queue) -> Json:
    return {
        "sid": queue.sid,
        "account_sid": line().config.account_sid,
        "friendly_name": queue.name,
        "current_size": len(queue.members),
        "max_size": queue.size,
        "average_wait_time": line().queues.average(queue),
        "date_created": rfc2822(queue.created_at),
        "date_updated": rfc2822(queue.created_at),
        "uri": uri(f"Queues/{queue.sid}.json"),
        "subresource_uris": {"members": uri(f"Queues/{queue.sid}/Members.json")},
    }


def _member_json(member: Member) -> Json:
    return {
        "call_sid": member.leg.sid,
        "queue_sid": member.queue.sid,
        "date_enqueued": rfc2822(member.entered_at),
        "position": line().queues.position(member),
        "wait_time": line().queues.waited(member),
        "uri": uri(f"Queues/{member.queue.sid}/Members/{member.leg.sid}.json"),
    }


def _queue(sid: str) -> Queue:
    queue = line().queues.find(sid)
    if queue is None:
        raise missing(f"Queues/{sid}")
    return queue


@blueprint.get("/Queues.json")
def index() -> Response:
    """All queues."""
    return page("queues", map(_queue_json, line().queues.all()), "Queues.json")


@blueprint.post("/Queues.json")
def create() -> tuple[Response, int]:
    """A new queue. Raises Refused 22003 when there is one of that name."""
    name = given("FriendlyName").strip()
    if not name:
        raise Refused(400, 20001, "FriendlyName is required")
    if line().queues.named(name) is not None:
        raise Refused(400, 22003, "A queue of that FriendlyName exists already")
    return jsonify(_queue_json(line().queues.make(name, given_whole("MaxSize", 100, 1, LARGEST)))), 201


@blueprint.get("/Queues/<sid>.json")
def fetch(sid: str) -> Response:
    """One queue."""
    return jsonify(_queue_json(_queue(sid)))


@blueprint.get("/Queues/<sid>/Members.json")
def members(sid: str) -> Response:
    """The waiting calls of a queue, in order."""
    queue = _queue(sid)
    with line().exchange.lock:
        waiting = [_member_json(member) for member in queue.members.values()]
    return page("queue_members", waiting, f"Queues/{sid}/Members.json")


@blueprint.get("/Queues/<sid>/Members/<who>.json")
def member(sid: str, who: str) -> Response:
    """One waiting call, by CallSid or `Front`."""
    found = line().queues.member(_queue(sid), who)
    if found is None:
        raise missing(f"Queues/{sid}/Members/{who}")
    return jsonify(_member_json(found))


@blueprint.post("/Queues/<sid>/Members/<who>.json")
def dequeue(sid: str, who: str) -> Response:
    """Take a waiting call out and send it to a URL. Raises Refused 20404 when it is gone: the claim is atomic."""
    queue, address = _queue(sid), given("Url")
    if not address.startswith(("http://", "https://")):
        raise Refused(400, 21205, "Url is not a valid URL")
    with line().exchange.lock:
        found = line().queues.member(queue, who)
        shown = _member_json(found) if found is not None else None
        taken = line().queues.dequeue(queue, who, Source(address, given("Method", "POST").upper()))
    if taken is None or shown is None:
        raise missing(f"Queues/{sid}/Members/{who}")
    return jsonify(shown)
