"""The telephone in the browser: its token, and what its bar asks."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request, url_for
from flask_babel import gettext as _

from tesa.accounts.permissions import require
from tesa.accounts.public import Principal, principal
from tesa.core import clock
from tesa.core.errors import Conflict
from tesa.core.transactions import transaction
from tesa.intake.actions.note_browser import note_browser
from tesa.intake.queries import standing_to
from tesa.intake.rules.softphone import identity_of, token_lasts
from tesa.intake.rules.words import ContactState
from tesa.intake.softphone_queries import ringing_for, talk_of
from tesa.intake.views.blueprint import blueprint
from tesa.telephony.inbound import settings
from tesa.telephony.voice_token import voice_token
from tesa.web.softphone import Softphone


@blueprint.post("/telepon/token")
@require("softphone.use", passive=True, when_locked=True)
def softphone_token() -> Response:
    """A token for the browser of whoever is signed in: for an hour at most, and never beyond her session."""
    who, now = _user(), clock.now()
    lasts = token_lasts(now, who.ends_at) if who.ends_at else None
    if lasts is None:
        raise Conflict(_("Sesi Anda hampir berakhir; masuklah lagi."))
    identity = identity_of(who.id)
    return jsonify(token=voice_token(settings(), identity, lasts), seconds=int(lasts.total_seconds()))


@blueprint.post("/telepon/denyut")
@require("softphone.use", passive=True, when_locked=True)
def softphone_beat() -> Response:
    """A page says whether it can be rung (`ready`: 1 or 0; left out: it does not say), and is told what it is to show.

    A locked screen is told of no contact, only whether its line goes on.
    """
    who, now = _user(), clock.now()
    if request.form.get("ready") in ("0", "1"):
        with transaction():
            note_browser(who.id, request.form["ready"] == "1", now)
    return jsonify(talk=_talk(who), ringing=_ringing(who))


def panel() -> Softphone | None:
    """What the bar of a page is told; None for whoever has no telephone in her browser."""
    who, conf = principal(), settings()
    if not who.softphone or conf.softphone is None or not who.has("softphone.use"):
        return None
    return Softphone("practice", conf.practice_url) if conf.practice_url else Softphone("twilio")


def _user() -> Principal:
    """Who asks, if she has switched her telephone on. Raises Conflict."""
    who = principal()
    if not who.softphone or settings().softphone is None:
        raise Conflict(_("Telepon di peramban tidak dinyalakan."))
    return who


def _talk(who: Principal) -> dict[str, Any] | None:
    talk = talk_of(who.id)
    if talk is None:
        return None
    shown: dict[str, Any] = {"connects": talk.connects, "muted": talk.muted, "held": talk.held}
    if not who.locked:
        where: dict[str, Any] = {"contact_id": talk.contact_id}
        acts = standing_to(talk.contact_id, who).acts(ContactState.IN_PROGRESS)
        shown |= {"page": url_for("intake.contact", **where), "since": talk.since.isoformat()}
        if "talk.lead" in acts:
            shown |= {"hold": url_for("intake.talk_hold", **where), "mute": url_for("intake.talk_mute", **where)}
        if "talk.end" in acts:
            shown["end"] = url_for("intake.talk_end", **where)
    return shown


def _ringing(who: Principal) -> dict[str, str] | None:
    contact_id = None if who.locked else ringing_for(who.id)
    return {"decline": url_for("intake.decline", contact_id=contact_id)} if contact_id else None
