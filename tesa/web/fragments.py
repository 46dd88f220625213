"""One template a page; htmx gets the block it asks for, everybody else the whole page.

htmx asks with `HX-Request`, and says in `HX-Request-Type` whether it will swap a part ("partial") or pick something
from a whole page ("full"). Which block: the one named by `?blok=`, or the one named like the id of the element that
will be replaced (`HX-Target: section#queue`), or the one the view says. A fragment carries the messages that were
flashed, so that an act answered without a new page is confirmed too.
"""

from __future__ import annotations

from flask import Response, current_app, get_flashed_messages, render_template, request
from flask import redirect as plain_redirect
from werkzeug.wrappers import Response as AnyResponse


def from_htmx() -> bool:
    """Was the request made by htmx?"""
    return request.headers.get("HX-Request") == "true"


def is_poll() -> bool:
    """Did the page ask by itself (a timer), and no person? Such requests must not keep a session awake."""
    return request.headers.get("HX-Poll") == "true"


def wants_part() -> bool:
    """Will htmx swap a part of the page, so that one block is enough?"""
    return from_htmx() and request.headers.get("HX-Request-Type") == "partial" and "HX-Boosted" not in request.headers


def render(template: str, block: str | None = None, **values: object) -> str:
    """The page made of `template` and `values`, or the one block that htmx asks for (see the module's docstring).

    `block` names the block to give when the request does not name one itself. Raises KeyError when the template has
    no such block.
    """
    if wants_part():
        name = _asked(template) or block
        if name is not None:
            return _block(template, name, values) + _messages()
    return render_template(template, **values)


def _asked(template: str) -> str | None:
    blocks = current_app.jinja_env.get_template(template).blocks
    target = request.headers.get("HX-Target", "").partition("#")[2]
    wishes = (request.args.get("blok", ""), target, target.replace("-", "_"))
    return next((wish for wish in wishes if wish in blocks), None)


def _block(template: str, name: str, values: dict[str, object]) -> str:
    page = current_app.jinja_env.get_template(template)
    current_app.update_template_context(values)
    context = page.new_context(values)
    # The first step of the page runs its imports and assignments, so that macros are there for the block as well.
    next(iter(page.root_render_func(context)), None)
    return "".join(page.blocks[name](context))


def _messages() -> str:
    if is_poll():
        return ""  # a page that is about to be replaced must not swallow the message meant for the next one
    messages = get_flashed_messages(with_categories=True)
    return render_template("web/_toasts.html", messages=messages) if messages else ""


def leave_for(url: str) -> AnyResponse:
    """Send the browser to another page: 303, or `HX-Redirect` where htmx would put that page into a part of this one."""
    if from_htmx():
        return Response(status=204, headers={"HX-Redirect": url})
    return plain_redirect(url, 303)
