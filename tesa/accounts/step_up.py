"""Dangerous acts ask for the second factor again, unless it was shown within the last five minutes.

A page is opened after the detour. What was typed into a form is not lost: the page that asks carries the fields along
as hidden inputs, and when the second factor is right, the browser is told (307) to send the very same form once more
to where it was going. Where that is stands signed, and bound to the session, in the form: no link can make anybody
send a form she has not sent. Files are not carried; they have to be chosen again.
"""

from __future__ import annotations

from flask import current_app, request, url_for
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from tesa.accounts import forms, passkeys
from tesa.accounts.public import Principal
from tesa.accounts.sessions import present_page
from tesa.web.errors import answer
from tesa.web.fragments import from_htmx, leave_for, render
from tesa.web.preferences import local_path

FIELD = "again_to"  # where the carried form goes; signed
OURS = frozenset({FIELD, "again_code", "again_passkey", "csrf_token"})
WITHIN = 15 * 60  # seconds that a carried form may wait
MOST_FIELDS = 500


def ask_again(person: Principal) -> Response:
    """Ask the signed-in person for her second factor before what she wants is done."""
    if from_htmx() or request.method in {"GET", "HEAD"}:
        return leave_for(url_for("accounts.again", next=present_page()))
    if not request.form:  # a script's request: it has no form that could be sent again
        refused = answer(403, _("Tunjukkan dahulu faktor kedua Anda, lalu coba lagi."))
        assert isinstance(refused, Response)
        return refused
    files = any(file.filename for each in request.files.listvalues() for file in each)
    if files or sum(len(values) for _name, values in request.form.lists()) > MOST_FIELDS:
        return leave_for(url_for("accounts.again", files=1))
    there = _serializer().dumps([str(person.session_id), request.full_path.rstrip("?")])
    return Response(again_page(forms.AgainForm(formdata=None), there), 403, mimetype="text/html")


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="tesa step-up")


def _fields() -> list[tuple[str, str]]:
    """What the form carries beside our own fields, in its order."""
    return [(name, value) for name, values in request.form.lists() if name not in OURS for value in values]


def destination(person: Principal) -> str | None:
    """Where the carried form of the present request goes; None if it was not hers, in this session, just now."""
    try:
        said = _serializer().loads(request.form.get(FIELD, ""), max_age=WITHIN)
    except BadData:
        return None
    match said:
        case [str(whose), str(path)] if whose == str(person.session_id):
            return path if local_path(path) == path else None
    return None


def again_page(form: forms.AgainForm, there: str | None = None, wait: int = 0, wrong: bool = False) -> str:
    """The page that asks for the second factor; `there`: the signed place that the present request's form goes to."""
    return render(
        "accounts/again.html",
        form=form,
        carried=_fields() if there else [],
        files=request.args.get("files") is not None,
        there=there,
        wait=wait,
        wrong=wrong,
        purpose=passkeys.STEP_UP,
        passkeys=passkeys.relying_party() is not None,
    )
