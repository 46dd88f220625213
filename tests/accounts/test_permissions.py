"""Deny by default."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask
from markupsafe import escape

from tesa.accounts.access_table import act_words
from tesa.accounts.permissions import guard_of, init_permissions, public_endpoint, require
from tesa.accounts.public import Role
from tesa.accounts.rules.policy import Klass, Line, roles_of
from tesa.accounts.sign_in import init_sign_in
from tesa.telephony.inbound import guard
from tests.accounts.making import NOW
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in


@pytest.fixture
def pages(app: Flask) -> Flask:
    """The application with pages of every kind beside its own."""
    app._got_first_request = False
    app.extensions["tesa_permissions"] |= {"cake.eat": frozenset({Role.COORDINATOR})}
    cakes = Blueprint("cakes", __name__)
    cakes.add_url_rule("/cake", "cake", require("cake.eat")(lambda: "cake"))
    cakes.add_url_rule("/unheard", "unheard", require("cake.bake")(lambda: "nobody declared this act"))
    cakes.add_url_rule("/open", "open", public_endpoint(lambda: "open"))
    cakes.add_url_rule("/forgotten", "forgotten", lambda: "no guard at all")
    app.register_blueprint(cakes)
    hooks = Blueprint("hooks", __name__)
    guard(hooks)
    hooks.add_url_rule("/twilio/hook", "hook", lambda: "signed", methods=["POST"])
    app.register_blueprint(hooks)
    return app


@pytest.mark.parametrize("role", Role)
def test_a_role_that_may_gets_in_and_any_other_finds_nothing(pages: Flask, role: Role) -> None:
    client = signed_in(pages.test_client(), make_staff(role))
    assert client.get("/cake").status_code == (200 if role == Role.COORDINATOR else 404)


@pytest.mark.parametrize("role", [None, *Role])
def test_a_page_without_a_guard_is_not_there_for_anybody(pages: Flask, role: Role | None) -> None:
    client = pages.test_client()
    if role:
        signed_in(client, make_staff(role))
    assert client.get("/forgotten").status_code == 404


@pytest.mark.parametrize("role", Role)
def test_an_act_that_nobody_declared_is_allowed_to_nobody(pages: Flask, role: Role) -> None:
    assert signed_in(pages.test_client(), make_staff(role)).get("/unheard").status_code == 404


def test_a_public_page_is_open(pages: Flask) -> None:
    assert pages.test_client().get("/open").text == "open"


def test_a_signed_blueprint_is_left_to_its_signature(pages: Flask) -> None:
    assert guard_of("hooks.hook").kind == "signature"
    assert pages.test_client().post("/twilio/hook", data={"AccountSid": "AC"}).status_code == 403


def test_a_stranger_is_led_to_the_sign_in_and_back(pages: Flask) -> None:
    assert pages.test_client().get("/cake?slice=2").headers["Location"] == "/sign-in?next=/cake?slice%3D2"


def test_what_does_not_exist_has_no_guard(pages: Flask) -> None:
    assert guard_of("nowhere.at_all").kind == "none"


def test_several_lines_of_one_act_are_alternatives() -> None:
    lines = (
        Line("a.read", Klass.CASE, frozenset({Role.COORDINATOR})),
        Line("a.read", Klass.CASE, frozenset({Role.OUTREACH})),
    )
    assert roles_of(lines) == {"a.read": {Role.COORDINATOR, Role.OUTREACH}}


def test_a_bare_application_denies(settings: object) -> None:
    bare = Flask("bare")
    bare.secret_key = "x" * 40
    init_sign_in(bare)
    init_permissions(bare)
    bare.add_url_rule("/", "home", lambda: "home")
    assert bare.test_client().get("/").status_code == 404


def test_the_table_can_be_read_by_those_who_answer_for_it(app: Flask, clock: MovedClock) -> None:
    clock.set(NOW)
    page = signed_in(app.test_client(), make_staff("administrator")).get("/staf/hak")
    assert page.status_code == 200
    for act in app.extensions["tesa_permissions"]:
        assert act in page.text or str(escape(act_words(act))) in page.text
    assert signed_in(app.test_client(), make_staff("psychologist")).get("/staf/hak").status_code == 404
