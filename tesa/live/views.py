"""*Langsung*: the line as it is now. Thin: permission, reads, page."""

from __future__ import annotations

from datetime import UTC

from flask import Blueprint, request

from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.core import clock
from tesa.core.errors import RuleBroken
from tesa.core.transactions import transaction
from tesa.intake import labels as intake_labels
from tesa.intake.public import suggestions
from tesa.live import labels, screens
from tesa.live.actions.rehearse_call import Rehearsal, Wish, rehearse_call
from tesa.live.forms import RehearsalForm
from tesa.outreach import labels as outreach_labels
from tesa.telephony.inbound import settings
from tesa.web.fragments import render, wants_part

blueprint = Blueprint("live", "tesa.live", template_folder="templates")


@blueprint.get("/langsung")
@require("live.read")
def board() -> str | tuple[str, int]:
    """Who is on, who waits, who talks, what is owed, and how fast callers were answered. `?layar=besar`: for the wall.

    A page that asks by itself and shows this already (`?versi=`) is told so in 204.
    """
    now = clock.now()
    found = screens.board(now, settings().time_zone)
    if wants_part() and request.args.get("versi") == found.version:
        return "", 204
    large = request.args.get("layar") == "besar"
    return render(
        "live/large.html" if large else "live/index.html",
        board=found,
        large=large,
        now=now,
        labels=labels,
        channels=intake_labels.CHANNEL,
        offers=intake_labels.OFFER,
        causes=intake_labels.CALL_BACK_CAUSE,
        outreach=outreach_labels,
        limits=screens,
        suggested=0 if wants_part() else suggestions(now),
    )


@blueprint.route("/langsung/uji", methods=["GET", "POST"])
@require("live.rehearse")
def rehearsal() -> str | tuple[str, int]:
    """Who would ring for this number, now or then, and why. The number travels in the body and stands nowhere else."""
    form = RehearsalForm()
    if request.method == "GET":
        return _rehearsal(form)
    if not form.validate():
        return _rehearsal(form), 422
    try:
        with transaction():
            found = rehearse_call(_wish(form), principal().id, clock.now())
    except RuleBroken as refusal:
        return _rehearsal(form, refusal=refusal.sentence), refusal.status
    return _rehearsal(form, found)


def _wish(form: RehearsalForm) -> Wish:
    wall = form.at.data
    return Wish(
        number=form.number.data or "",
        at=wall.replace(tzinfo=settings().time_zone).astimezone(UTC) if wall else None,
        woman=form.woman.data,
        language=form.language.data or "",
        critical=form.critical.data,
    )


def _rehearsal(form: RehearsalForm, found: Rehearsal | None = None, refusal: str = "") -> str:
    return render("live/rehearsal.html", form=form, found=found, refusal=refusal, labels=labels)
