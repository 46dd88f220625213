"""What a page with a telephone in it asks of the practice line, in place of Twilio's signalling.

Plain forms with the access token, so that no cookie and no preflight is needed; answers may be read by TeSA's pages only.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, jsonify, request

from tesa.telephony.practice.browsers import NoTelephone, Pass, close_page, connect, mine, read_token, see, watch
from tesa.telephony.practice.calls import press
from tesa.telephony.practice.exchange import Full
from tesa.telephony.practice.guard import refuse_strangers
from tesa.telephony.practice.legs import Leg
from tesa.telephony.practice.phones import Phone
from tesa.telephony.practice.rest.answers import line

blueprint = Blueprint("client_phone", __name__, url_prefix="/client")
blueprint.before_request(refuse_strangers)
PAGE = re.compile(r"[0-9a-f-]{8,40}")
KEYS = re.compile(r"[0-9*#]{1,32}")


@blueprint.after_request
def readable(response: Response) -> Response:
    """Let TeSA's own pages read the answers."""
    response.headers["Access-Control-Allow-Origin"] = line().config.tesa_url.rstrip("/")
    response.headers["Vary"] = "Origin"
    return response


@blueprint.errorhandler(NoTelephone)
def refused(error: NoTelephone) -> tuple[Response, int]:
    """Twilio's 20101 and its like."""
    return jsonify(error=str(error)), 401


@blueprint.post("/<act>")
def client(act: str) -> Response | tuple[Response, int]:
    """Form: token, page; act poll | answer | reject | connect | keys (digits) | mute (on) | hang-up | close."""
    may = read_token(line().config, request.form.get("token", ""))
    page = request.form.get("page", "")
    if not PAGE.fullmatch(page):
        return jsonify(error="page"), 422
    phone = see(line(), may, page)
    watch(line(), phone, page)
    if act == "connect":
        return _connect(may, phone, page)
    if act == "close":
        close_page(line(), phone, page)
    elif act != "poll":
        _do(act, phone, page)
    return jsonify(call=_shown(mine(phone, page)))


def _connect(may: Pass, phone: Phone, page: str) -> Response | tuple[Response, int]:
    if not may.may_call:
        return jsonify(error="the token does not allow calls to this app"), 403
    try:
        return jsonify(call=_shown(connect(line(), phone, page)))
    except Full as error:
        return jsonify(error=str(error)), 429


def _do(act: str, phone: Phone, page: str) -> None:
    exchange = line().exchange
    leg = mine(phone, page)
    if leg is None:
        return
    if act in ("answer", "reject"):
        with exchange.lock:
            if leg.status == "ringing" and leg.reply is None:
                leg.reply = act
                leg.page = page if act == "answer" else None
                exchange.lock.notify_all()
    elif act == "hang-up":
        exchange.hang_up(leg, "phone")
    elif act == "mute":
        leg.note("you", "Membisukan · Mutes" if request.form.get("on") == "1" else "Bersuara lagi · Unmutes")
    elif act == "keys" and KEYS.fullmatch(request.form.get("digits", "")):
        press(line(), leg, request.form["digits"])


def _shown(leg: Leg | None) -> dict[str, Any] | None:
    if leg is None:
        return None
    return {"sid": leg.sid, "status": leg.status, "incoming": leg.direction != "inbound"}
