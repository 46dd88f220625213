"""*Kunci layar*: a locked session shows nothing until its owner has shown her second factor.

The browser covers the page at once, without asking anybody; here is what the server does from then on. A locked screen
still rings, because a call that nobody hears is worse than a word on a screen, but the card says only that somebody
calls: no number, no name, no kind of call, no button.
"""

from __future__ import annotations

from flask import request, session, url_for
from werkzeug.wrappers import Response

from tesa.web.errors import answer
from tesa.web.fragments import from_htmx, is_poll, leave_for
from tesa.web.preferences import local_path

BACK = "back"  # the page to return to; in the page cookie, because the address bar must not show it


def stay_locked() -> Response:
    """The answer to whatever is asked in a locked session: the way to the page that unlocks, and not a word more."""
    if request.accept_mimetypes.best == "application/json" and not from_htmx():
        refused = answer(401)
        assert isinstance(refused, Response)
        return refused
    if request.method == "GET" and not from_htmx():
        remember_back(request.full_path.rstrip("?"))
    if is_poll() and not from_htmx():
        return Response(status=204)
    return leave_for(url_for("accounts.locked"))


def remember_back(path: str | None) -> None:
    """Keep the page that opens after unlocking, if it is one of ours."""
    session[BACK] = local_path(path)


def way_back() -> str:
    """The page that was kept, once."""
    return local_path(session.pop(BACK, None))
