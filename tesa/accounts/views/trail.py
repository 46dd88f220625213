"""Pages of the trail that belong to accounts: what I did, and what concerns the security of the house."""

from __future__ import annotations

from tesa.accounts import act_words
from tesa.accounts.act_words import addresses, before_asked
from tesa.accounts.audit.reading import lines_of_person, security_lines
from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.accounts.views.room import blueprint
from tesa.core import clock
from tesa.web.fragments import render


@blueprint.get("/profil/jejak")
@require("trail.own")
def own_trail() -> str:
    """All that I did and opened, newest first."""
    lines, more = lines_of_person(principal().id, before_asked())
    return render("accounts/own_trail.html", lines=lines, more=more, words=act_words, first=before_asked() is None)


@blueprint.get("/keamanan")
@require("security.read")
def security() -> str:
    """Sign-ins, sessions, roles, keys, alarms: by addresses of staff and ids, nothing of callers or cases."""
    lines, more = security_lines(clock.now(), before_asked())
    return render(
        "accounts/security.html",
        lines=lines,
        more=more,
        words=act_words,
        address=addresses(lines),
        first=before_asked() is None,
    )
