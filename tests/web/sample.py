"""A small application around the shell: sample pages with everything a room may hold, and views that fail on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, abort, current_app, flash, jsonify, request
from flask_login import LoginManager
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired

from config import Settings
from tesa.core.errors import Conflict, NotAllowed, NotFound, RuleBroken
from tesa.web.fragments import leave_for, render
from tesa.web.shell import NavItem, init_web

NOW = datetime(2026, 11, 24, 15, 5, tzinfo=UTC)
ROOMS = (
    ("Giliran saya", "home", "m", 0),
    ("Kotak", "inbox", "k", 3),
    ("Kasus", "folder", "c", 0),
    ("Jadwal", "calendar", "j", 0),
    ("Penjangkauan", "ambulance", "p", 1),
    ("Staf", "users", "s", 0),
)
FAILURES = {
    "rule": RuleBroken("Giliran ini bertabrakan dengan giliran lain."),
    "missing": NotFound("Kasus rahasia 7"),
    "forbidden": NotAllowed("Hanya koordinator yang boleh."),
    "conflict": Conflict("Rekan lain lebih dulu."),
}
blueprint = Blueprint("sample", __name__, template_folder="templates")


@dataclass
class Person:
    """Somebody signed in."""

    name: str = "Psikolog Satu"
    language: str = "id"
    theme: str = "auto"
    is_authenticated: bool = True


class SampleForm(FlaskForm):
    """One field of each kind."""

    name = StringField("Nama panggilan", validators=[DataRequired(message="Isi nama panggilan.")])
    channel = SelectField("Saluran", choices=[SelectChoice("voice", "Telepon"), SelectChoice("whatsapp", "WhatsApp")])
    risk = RadioField(
        "Risiko",
        choices=[SelectChoice("low", "Rendah"), SelectChoice("high", "Tinggi")],
        validators=[DataRequired("Pilih satu.")],
    )
    safe = BooleanField("Aman dihubungi kembali")


def rooms(person: object) -> list[NavItem]:
    """The navigation of the sample."""
    return [
        NavItem(label, f"/{icon}", icon, key, active=request.path == f"/{icon}", count=n)
        for label, icon, key, n in ROOMS
    ]


def make_sample(*, public_url: str = "http://127.0.0.1:5000", signed_in: bool = True, live: bool = False) -> Flask:
    """The sample application. `signed_in` puts a person into every request; `live` shows an incoming call."""
    app = Flask("tesa", root_path=str(Path(__file__).parents[2] / "tesa"), static_folder=None, template_folder=None)
    app.config["SECRET_KEY"] = "a key of the tests, long enough and with many letters"
    app.extensions["tesa_settings"] = Settings(
        database_url="sqlite://",
        public_url=public_url,
        secret_key="unused",
        key_file=Path("unused"),
        twilio_account_sid="unused",
        twilio_auth_tokens=("unused",),
        time_zone=ZoneInfo("Asia/Jakarta"),
    )
    login = LoginManager(app)
    login.request_loader(lambda _request: Person() if signed_in else None)
    init_web(app, rooms, "sample.incoming" if live else None)
    app.register_blueprint(blueprint)
    app.extensions["draft"] = SimpleNamespace(text="", revision=0)
    app.extensions["answering"] = True

    @app.before_request
    def maybe_silent() -> Response | None:
        return None if app.extensions["answering"] or request.endpoint == "web.static" else Response(status=503)

    return app


def _values(form: SampleForm | None = None) -> dict[str, object]:
    return {"now": NOW, "hour": timedelta(hours=1), "minute": timedelta(minutes=1), "form": form or SampleForm()}


@blueprint.get("/<any(home, inbox, folder, calendar, ambulance, users, bare):room>")
def room(room: str) -> str:
    """One sample room."""
    return render(f"sample/{room}.html", **_values())


@blueprint.post("/folder")
def save() -> tuple[str, int]:
    """A form that does not validate."""
    form = SampleForm()
    form.validate()
    return render("sample/folder.html", **_values(form)), 422


@blueprint.get("/incoming")
def incoming() -> str:
    """The card of a call."""
    return render("sample/_incoming.html", **_values())


@blueprint.get("/queue")
def queue() -> str:
    """A page with two blocks that move, and the time at which it was made."""
    return render("sample/queue.html", stamp=datetime.now(UTC).isoformat())


@blueprint.post("/queue")
def act() -> str:
    """An act answered with one block and a message."""
    flash("Sudah diambil.", "success")
    return render("sample/queue.html", "waiting", stamp="after")


@blueprint.route("/fail/<kind>", methods=["GET", "POST"])
def fail(kind: str) -> Response:
    """Fails as told."""
    if kind in FAILURES:
        raise FAILURES[kind]
    if kind == "crash":
        raise ZeroDivisionError("0812 0000 0000")
    abort(int(kind))


@blueprint.post("/twilio/voice")
def voice() -> str:
    """A signed webhook carries no token."""
    return "<Response/>"


@blueprint.get("/twilio/broken")
def broken() -> str:
    """A webhook that fails."""
    raise RuleBroken("tidak")


@blueprint.get("/leave")
def leave() -> Response:
    """Sends the browser to another page."""
    response = leave_for("/home")
    assert isinstance(response, Response)
    return response


@blueprint.post("/draft")
def draft() -> tuple[Response, int]:
    """Keeps a draft, as a slice would."""

    kept = current_app.extensions["draft"]
    if int(request.form["revision"]) != kept.revision:
        return jsonify(revision=kept.revision, text=kept.text), 409
    kept.text, kept.revision = request.form["text"], kept.revision + 1
    return jsonify(revision=kept.revision, saved_at="22.05"), 200
