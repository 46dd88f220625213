"""Every address, with every method, for everybody: generated from the routes, so that a new page is in it at once."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask, url_for
from sqlalchemy import func, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tesa.accounts.permissions import guard_of, permission_table
from tesa.accounts.public import Role
from tesa.core.db import Base, db
from tests.support.client import OutsideClient
from tests.support.people import make_staff, signed_in

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
NOWHERE = "/tidak-ada"
ANSWERS = {200, 204, 302, 303, 304, 400, 404, 409, 413, 415, 422, 429}
HTMX = {"HX-Request": "true"}
TOKENS = re.compile(rb'"[\w-]+\.[\w-]+\.[\w-]+"')  # signed anew in each answer
PEOPLE = (None, *Role)


@dataclass(frozen=True)
class Address:
    """One route, filled with ids that nothing has."""

    endpoint: str
    path: str
    methods: frozenset[str]


def filled(rule: Rule) -> dict[str, object]:
    made = {"UUIDConverter": uuid.uuid4(), "IntegerConverter": 1, "FloatConverter": 1.0}
    return {name: made.get(type(converter).__name__, "x") for name, converter in rule._converters.items()}


def addresses(app: Flask) -> Iterator[Address]:
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            methods = frozenset(rule.methods or ()) & set(METHODS) - {"OPTIONS"}
            method = next(iter(methods), None)
            yield Address(rule.endpoint, url_for(rule.endpoint, _method=method, **filled(rule)), methods)


def content(response: TestResponse) -> bytes:
    """The bytes without the tokens; a stream is left unread."""
    if response.mimetype == "text/event-stream":
        response.close()
        return b""
    return TOKENS.sub(b'""', response.data)


def ask(client: OutsideClient, method: str, path: str, headers: dict[str, str] | None = None) -> TestResponse:
    """Ask with a valid token, so that it is the permission that answers."""
    return client.open(path, method=method, headers={"X-CSRFToken": client.csrf_token(), **(headers or {})})


def browser(app: Flask, role: Role | None) -> OutsideClient:
    client = app.test_client()
    return signed_in(client, make_staff(role)) if role else client


def test_every_endpoint_has_a_guard(app: Flask) -> None:
    assert [endpoint for endpoint in app.view_functions if guard_of(endpoint).kind == "none"] == []


def test_every_act_of_a_guard_is_declared(app: Flask) -> None:
    guarded = {guard_of(endpoint).act for endpoint in app.view_functions} - {None}
    assert guarded - set(permission_table()) == set()


@pytest.mark.parametrize("role", PEOPLE, ids=str)
def test_nothing_breaks_for_anybody(app: Flask, role: Role | None) -> None:
    client = browser(app, role)
    broken = [
        f"{method} {address.path}: {response.status_code}"
        for address in addresses(app)
        for method in METHODS
        if (response := ask(client, method, address.path)).status_code not in ANSWERS | {403, 405}
        and not (address.endpoint == "health.readyz" and response.status_code == 503)  # no worker runs in this test
    ]
    assert broken == []


def test_a_stranger_is_led_to_the_sign_in(app: Flask) -> None:
    client = browser(app, None)
    let_in = []
    for address in addresses(app):
        if guard_of(address.endpoint).kind != "act":
            continue
        for method in address.methods:
            response = ask(client, method, address.path)
            led = response.status_code in {302, 303} and "/sign-in" in response.headers["Location"]
            if not led and response.status_code not in {401, 404}:
                let_in.append(f"{method} {address.path}: {response.status_code}")
    assert let_in == []


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize("role", Role, ids=str)
def test_what_one_may_not_is_like_what_is_not(app: Flask, role: Role, headers: dict[str, str]) -> None:
    client = browser(app, role)
    table = permission_table()
    reference = ask(client, "GET", NOWHERE, headers)
    assert reference.status_code == 404
    told = []
    for address in addresses(app):
        guard = guard_of(address.endpoint)
        if guard.kind != "act" or role in table[guard.act or ""]:
            continue
        for method in address.methods:
            response = ask(client, method, address.path, headers)
            if (response.status_code, content(response)) != (404, content(reference)):
                told.append(f"{method} {address.path}: {response.status_code}")
    assert told == []


@pytest.mark.parametrize("role", Role, ids=str)
def test_what_one_may_is_not_refused_for_the_role(app: Flask, role: Role) -> None:
    """Pages without an id open for whoever may do their act: the table is not stricter than it says."""
    client = browser(app, role)
    table = permission_table()
    shut = []
    for address in addresses(app):
        guard = guard_of(address.endpoint)
        plain = address.path.count("-") < 4 and not address.path.endswith("/x")
        if guard.kind == "act" and role in table[guard.act or ""] and "GET" in address.methods and plain:
            response = client.get(address.path)
            content(response)
            if response.status_code in {401, 403, 405}:
                shut.append(f"{address.path}: {response.status_code}")
    assert shut == []


def rows() -> dict[str, int]:
    counted = {t.name: db.session.scalar(select(func.count()).select_from(t)) or 0 for t in Base.metadata.sorted_tables}
    db.session.rollback()
    return counted


def test_an_unsigned_webhook_is_refused_and_leaves_no_row(app: Flask) -> None:
    client = app.test_client()
    before = rows()
    hooks = [a for a in addresses(app) if guard_of(a.endpoint).kind == "signature"]
    assert {
        "/twilio/voice",
        "/twilio/voice/fallback",
        "/twilio/voice/status",
        "/twilio/message",
        "/twilio/message/status",
    } <= {a.path for a in hooks}
    form = {"CallSid": "CA" + "0" * 32, "MessageSid": "SM" + "0" * 32, "From": "+6281200000017", "Body": "halo"}
    for signature in ({}, {"X-Twilio-Signature": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}, {"X-Twilio-Signature": "é"}):
        passed = [
            f"{method} {hook.path}: {response.status_code}"
            for hook in hooks
            for method in hook.methods
            if (response := client.open(hook.path, method=method, data=form, headers=signature)).status_code != 403
        ]
        assert passed == []
    assert rows() == before


def test_making_the_application_compiles_no_builder_of_an_address(app: Flask) -> None:
    rules = list(app.url_map.iter_rules())
    unused = {rule._build_unknown.__name__ for rule in rules} | {rule._build.__name__ for rule in rules}
    assert unused == {"build_first"}, "an address whose builder is made at start (tesa/web/routes.py)"
