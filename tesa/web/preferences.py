"""Language and theme. Chosen on this device (a cookie), else in the account, else Indonesian and the system's theme.

A shared device gets no cookie for them: there a choice lasts as long as the sign-in.
"""

from __future__ import annotations

from datetime import timedelta

from flask import abort, current_app, has_request_context, redirect, request, session
from flask_login import current_user
from werkzeug.wrappers import Response

LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}
THEMES = ("auto", "light", "dark")
LANGUAGE_COOKIE, THEME_COOKIE = "tesa_lang", "tesa_theme"
KEPT = timedelta(days=365)


def chosen_on_device() -> str | None:
    """The language asked for in the address or by cookie, if it is one of ours. None outside a request (CLI, worker)."""
    if not has_request_context():
        return None
    wishes = (request.args.get("lang"), session.get(LANGUAGE_COOKIE), request.cookies.get(LANGUAGE_COOKIE))
    return next((wish for wish in wishes if wish in LANGUAGES), None)


def language() -> str:
    """The language of the present request."""
    wish = chosen_on_device() or getattr(current_user, "language", None)
    return wish if wish in LANGUAGES else "id"


def theme() -> str:
    """The theme of the present request: `auto`, `light` or `dark`."""
    wish = session.get(THEME_COOKIE) or request.cookies.get(THEME_COOKIE) or getattr(current_user, "theme", None)
    return wish if wish in THEMES else "auto"


def remember(response: Response, *, language: str | None = None, theme: str | None = None) -> None:
    """Keep a choice on this device for a year; on a shared one, until she signs out."""
    if getattr(current_user, "shared_device", False):
        session.update({k: v for k, v in ((LANGUAGE_COOKIE, language), (THEME_COOKIE, theme)) if v is not None})
        return
    secure = current_app.extensions["tesa_settings"].https
    for name, value in ((LANGUAGE_COOKIE, language), (THEME_COOKIE, theme)):
        if value is not None:
            response.set_cookie(name, value, max_age=KEPT, secure=secure, httponly=True, samesite="Lax")


def forget_choices(response: Response) -> None:
    """Take what was kept from this device."""
    secure = current_app.extensions["tesa_settings"].https
    for name in (LANGUAGE_COOKIE, THEME_COOKIE, "tesa_keys"):
        if name in request.cookies:
            response.delete_cookie(name, secure=secure, samesite="Lax")


def local_path(wish: str | None) -> str:
    """`wish` if it is a path of ours, else `/`. Whatever a browser might read as another site is refused."""
    safe = wish is not None and wish.startswith("/") and not wish.startswith(("//", "/\\")) and wish.isprintable()
    return wish if safe and wish is not None and "\\" not in wish else "/"


def choose_language(code: str) -> Response:
    """POST /lang/<code>: keep the language and go back to the page (`next`, a local path)."""
    if code not in LANGUAGES:
        abort(404)
    response = redirect(local_path(request.form.get("next")), 303)
    remember(response, language=code)
    return response


def choose_theme(choice: str) -> Response:
    """POST /theme/<choice>: keep the theme and go back to the page (`next`, a local path)."""
    if choice not in THEMES:
        abort(404)
    response = redirect(local_path(request.form.get("next")), 303)
    remember(response, theme=choice)
    return response
