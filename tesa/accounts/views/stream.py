"""What a page of somebody signed in listens to: that there is something new to ask for, and nothing more."""

from __future__ import annotations

from flask import Response, current_app, request

from tesa.accounts.permissions import allowed, require
from tesa.accounts.public import Principal, principal
from tesa.accounts.views.room import blueprint
from tesa.web.stream.setup import hub, hung_up

AGAIN_AFTER = "10"  # seconds


@blueprint.get("/aliran")
@require("stream.own", passive=True)
def stream() -> Response:
    """The stream of one page; 503 when there is no room for it, or no news: the page then asks by itself.

    The connection to the database has been given back before the first byte is sent.
    """
    person, environ = principal(), request.environ
    opened = hub().open(person.id, person.session_id, _heard_by(person), lambda: hung_up(environ))
    if opened is None:
        return Response(status=503, headers={"Retry-After": AGAIN_AFTER})
    answer = Response(opened.chunks(), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})
    answer.call_on_close(opened.leave)
    return answer


def _heard_by(person: Principal) -> frozenset[str]:
    heard_by: dict[str, tuple[str, ...]] = current_app.extensions["tesa_heard_by"]
    return frozenset(topic for topic, acts in heard_by.items() if any(allowed(person, act) for act in acts))
