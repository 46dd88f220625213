"""The state of the practice line as JSON: what the page shows and programs ask."""

from dataclasses import asdict
from typing import Any

import pyotp

from tesa.core import clock
from tesa.telephony.practice.legs import Leg
from tesa.telephony.practice.line import Line
from tesa.telephony.practice.phones import Phone

Json = dict[str, Any]
LINES_SHOWN = 60
TOTP_PERIOD = 30


def leg_json(leg: Leg, lines: int | None = None) -> Json:
    """A call with what was heard on it; only the last `lines` where given."""
    heard = list(leg.lines)
    return {
        "sid": leg.sid,
        "status": leg.status,
        "direction": leg.direction,
        "from": leg.from_,
        "to": leg.to,
        "where": leg.where,
        "listening": leg.listening,
        "talking": leg.audience is not None,
        "duration": leg.duration,
        "lines": [asdict(line) for line in (heard if lines is None else heard[-lines:])],
    }


def state(line: Line, since: int = 0) -> Json:
    """Everything the page shows; log lines only from after number `since`."""
    with line.exchange.lock:
        phones = [_phone_json(phone) for phone in line.exchange.phones.all()]
        queues = [
            {"name": queue.name, "waiting": [member.leg.phone.label for member in queue.members.values()]}
            for queue in line.queues.all()
            if queue.members
        ]
        rooms = [
            {
                "name": room.name,
                "status": room.status,
                "participants": [
                    {"label": one.label, "phone": one.leg.phone.label, "muted": one.muted, "hold": one.hold}
                    for one in room.participants.values()
                ],
            }
            for room in line.conferences.all()
            if room.status != "completed"
        ]
    return {"phones": phones, "queues": queues, "conferences": rooms, "log": log(line, since)}


def log(line: Line, since: int = 0) -> list[Json]:
    """The log's lines from after number `since`, oldest first."""
    return [asdict(entry) for entry in line.exchange.journal.since(since)]


def _phone_json(phone: Phone) -> Json:
    shown: Json = {
        "number": phone.number,
        "label": phone.label,
        "side": phone.side,
        "role": phone.role,
        "habit": phone.habit.name,
        "call": leg_json(phone.leg, LINES_SHOWN) if phone.leg is not None else None,
        "last": leg_json(phone.last, LINES_SHOWN) if phone.last is not None else None,
        "texts": [asdict(text) for text in phone.texts],
        "email": phone.email,
        "password": phone.password,
        "code": None,
        "code_seconds": 0,
    }
    if phone.totp_secret:
        shown["code"] = pyotp.TOTP(phone.totp_secret).now()
        shown["code_seconds"] = TOTP_PERIOD - int(clock.now().timestamp()) % TOTP_PERIOD
    return shown
