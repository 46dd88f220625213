"""`init_web`: everything that all pages share, put into an application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, request
from flask_babel import Babel
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined

from config import Settings
from tesa.core import clock
from tesa.web import preferences, reports, softphone
from tesa.web.assets import asset, static
from tesa.web.errors import init_errors
from tesa.web.filters import init_filters
from tesa.web.headers import init_headers

SIGNED_INSTEAD = "/twilio/"  # requests below this path carry Twilio's signature in place of a token
PUBLIC_ENDPOINTS = ("web.choose_language", "web.choose_theme", "web.ping", "web.csp_report")


@dataclass(frozen=True)
class NavItem:
    """One room in the navigation. `icon` is a name in the sprite, `key` the letter after g, `count` a number to show."""

    label: str
    url: str
    icon: str
    key: str = ""
    active: bool = False
    count: int = 0


@dataclass(frozen=True)
class Alarm:
    """A red banner on every page of staff. `url`: where to look, for whoever may."""

    sentence: str
    url: str | None = None


Navigation = Callable[[Any], list[NavItem]]


class Frame:
    """What the base template shows around a page. Worked out only when a template asks: an error page asks nothing."""

    def __init__(self, navigation: Navigation, live_endpoint: str | None) -> None:
        self._navigation = navigation
        self.live_endpoint = live_endpoint

    @cached_property
    def signed_in(self) -> bool:
        """Is somebody signed in?"""
        return bool(current_user and current_user.is_authenticated)

    @cached_property
    def nav(self) -> list[NavItem]:
        """The rooms of the signed-in person."""
        return self._navigation(current_user) if self.signed_in else []

    @cached_property
    def alarms(self) -> list[Alarm]:
        """What everybody who works here has to see now. Who is asked is filled in by the composition root."""
        if not self.signed_in:
            return []
        asked: tuple[Callable[[], Alarm | None], ...] = current_app.extensions.get("tesa_alarms", ())
        return [alarm for ask in asked if (alarm := ask()) is not None]

    @cached_property
    def person(self) -> str:
        """The name of the signed-in person, for herself to see."""
        return str(current_user.name) if self.signed_in else ""

    @cached_property
    def softphone(self) -> softphone.Softphone | None:
        """The telephone in the browser, for whoever has switched it on; the page that asks shows it, and may use it."""
        asked: Callable[[], softphone.Softphone | None] | None = current_app.extensions.get("tesa_softphone")
        phone = asked() if asked is not None and self.signed_in else None
        if phone is not None:
            softphone.allow(phone)
        return phone

    @property
    def shared_device(self) -> bool:
        """Is this a device that others use too? Then nothing is kept on it."""
        return bool(getattr(current_user, "shared_device", False))

    @property
    def practice_url(self) -> str | None:
        """The practice line, where it stands in for Twilio."""
        settings: Settings = current_app.extensions["tesa_settings"]
        return settings.practice_url

    @property
    def language(self) -> str:
        """The language of the page."""
        return preferences.language()

    @property
    def theme(self) -> str:
        """The theme of the page."""
        return preferences.theme()

    @property
    def here(self) -> str:
        """The present page, to come back to after a switch of language or theme."""
        return request.full_path.rstrip("?") if request.method == "GET" else "/"


def ping() -> Response:
    """GET /ping: the server answers. Asked by pages that have heard nothing for a while."""
    return Response(status=204)


def init_web(app: Flask, navigation: Navigation, live_endpoint: str | None = None) -> None:
    """Give `app` pages, static files, languages, tokens against forged forms, headers and error pages.

    `navigation(person)` gives the rooms of a signed-in person. `live_endpoint` names a view whose fragment every page
    of a signed-in person keeps asking for (the card of an incoming call). Needs app.extensions["tesa_settings"].
    """
    settings: Settings = app.extensions["tesa_settings"]
    app.jinja_env.undefined = StrictUndefined
    app.url_map.merge_slashes = False  # the redirect that mends an address would name the host that the browser said
    _init_cookie(app, settings)
    _init_babel(app, settings)
    _init_csrf(app)
    init_headers(app, settings.https)
    init_errors(app)
    init_filters(app)
    app.register_blueprint(_blueprint())
    app.add_template_global(asset)

    @app.context_processor
    def frame() -> dict[str, object]:
        return {
            "frame": Frame(navigation, live_endpoint),
            "languages": preferences.LANGUAGES,
            "server_now": clock.now(),
        }


def _blueprint() -> Blueprint:
    blueprint = Blueprint("web", __name__, template_folder="templates")
    blueprint.add_url_rule("/static/<path:filename>", "static", static)
    blueprint.add_url_rule("/ping", "ping", ping)
    blueprint.add_url_rule(reports.PATH, "csp_report", reports.report_view(), methods=["POST"])
    blueprint.add_url_rule("/lang/<code>", "choose_language", preferences.choose_language, methods=["POST"])
    blueprint.add_url_rule("/theme/<choice>", "choose_theme", preferences.choose_theme, methods=["POST"])
    return blueprint


def _init_cookie(app: Flask, settings: Settings) -> None:
    """Flask's own cookie holds the token against forged forms and the messages that wait for the next page."""
    app.config.update(
        SESSION_COOKIE_NAME="__Host-page" if settings.https else "page",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )


def _init_babel(app: Flask, settings: Settings) -> None:
    zone = settings.time_zone.key
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    Babel(
        app,
        default_locale="id",
        default_timezone=zone,
        locale_selector=preferences.language,
        timezone_selector=lambda: zone,
    )


def _init_csrf(app: Flask) -> None:
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session: pages stay open for a whole shift
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False  # checked below instead, because of SIGNED_INSTEAD
    csrf = CSRFProtect(app)

    @app.before_request
    def refuse_json() -> None:
        # No page reads JSON. The form library would, whatever it holds, and nested without end it is a fault of ours.
        if request.is_json and request.path != reports.PATH:
            abort(415)

    @app.before_request
    def check_token() -> None:
        # An address that does not exist is answered as such, with or without a token.
        # A browser's report carries no token either; it can do nothing but be counted.
        unasked = request.path.startswith(SIGNED_INSTEAD) or request.path == reports.PATH
        if request.endpoint is not None and not unasked:
            csrf.protect()
