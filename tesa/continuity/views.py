"""The page on which coordinators and administrators see what stands when TeSA is down, and test the line."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from tesa.accounts.permissions import allowed, require
from tesa.accounts.public import principal
from tesa.continuity import labels, screens
from tesa.continuity.actions.start_self_call import start_self_call
from tesa.continuity.public import line_state
from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.telephony.inbound import settings
from tesa.web.fragments import render
from tesa.web.shell import Alarm

blueprint = Blueprint("continuity", "tesa.continuity", template_folder="templates")


@blueprint.get("/ketahanan")
@require("continuity.read")
def index() -> str:
    """The document elsewhere, and the tests of the line."""
    now, tests = clock.now(), screens.test_rows()
    return render(
        "continuity/index.html",
        block="ketahanan",
        now=now,
        places=screens.place_rows(),
        numbers=screens.number_rows(now),
        url=settings().fallback_url,
        second_number=screens.self_call_number(),
        at=settings().self_call_at,
        tests=tests,
        running=screens.is_running(tests),
        labels=labels,
        me=principal(),
    )


@blueprint.post("/ketahanan/uji")
@require("continuity.test")
def test_now() -> Response:
    """Test the line now."""
    with transaction():
        start_self_call("page", principal().id, clock.now())
    flash(_("Uji dimulai. Hasilnya tampak di sini dalam satu menit."), "done")
    return redirect(url_for("continuity.index"), 303)


def alarm_for_everybody() -> Alarm | None:
    """The red banner of every page while the line has not proved that it works."""
    alarm = line_state(clock.now()).alarm
    if alarm is None:
        return None
    url = url_for("continuity.index") if allowed(current_user, "continuity.read") else None
    return Alarm(labels.alarm_label(alarm), url)
