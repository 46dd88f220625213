"""The page on which a person plays callers and staff phones, and the temporary addresses of media."""

from flask import Blueprint, Response, abort, render_template

from tesa.telephony.practice.guard import refuse_strangers
from tesa.telephony.practice.rest.answers import line

blueprint = Blueprint("page", __name__, template_folder="templates", static_folder="static", static_url_path="/static")


@blueprint.get("/")
def index() -> str:
    """The practice page."""
    refuse_strangers()
    return render_template("practice/index.html", config=line().config)


@blueprint.get("/temporary/<ticket>")
def temporary(ticket: str) -> Response:
    """A medium, for whoever holds its short-lived ticket."""
    item = line().library.redeem(ticket)
    if item is None:
        abort(404)
    return Response(item.content, mimetype=item.content_type)


@blueprint.get("/healthz")
def healthz() -> tuple[str, int]:
    """Whether the practice line is alive."""
    return "ok", 200
