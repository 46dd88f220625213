"""What a member of staff has been told: a block of *Giliran saya*, and a page of its own."""

from __future__ import annotations

import uuid

from flask import redirect, url_for
from werkzeug.wrappers import Response

from tesa.accounts.notices import PAGE, notices_of, read_all, read_notice
from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.accounts.views.room import blueprint
from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.web.fragments import leave_for, render


@blueprint.get(PAGE)
@require("notice.own")
def notices() -> str:
    """All that she has been told, newest first."""
    return render("accounts/notices.html", notices=notices_of(principal().id, unread=False))


@blueprint.get(PAGE + "/baru")
@require("notice.own", passive=True)
def unread_notices() -> str:
    """What she has not read yet: the block of *Giliran saya*, empty when there is nothing; a page without htmx."""
    return render("accounts/unread.html", block="baru", notices=notices_of(principal().id, unread=True))


@blueprint.post(PAGE + "/<uuid:notice_id>")
@require("notice.own")
def read(notice_id: uuid.UUID) -> Response:
    """A notice is read; on to the page it leads to."""
    with transaction():
        url = read_notice(notice_id, principal().id, clock.now())
    return leave_for(url or url_for("accounts.notices"))


@blueprint.post(PAGE)
@require("notice.own")
def read_everything() -> Response:
    """All notices are read."""
    with transaction():
        read_all(principal().id, clock.now())
    return redirect(url_for("accounts.notices"), 303)
