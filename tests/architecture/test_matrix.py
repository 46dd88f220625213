"""Every rule with every method for everybody, against real things: what is answered is what the table of access says.

The rules come from the application's map, the people and things from `world.py`; the expected answer is computed from
the table alone. A rule with an id of a kind that nobody has made here fails: make one in `world.py`, and say below what
stands in the address. Requests that do something get a thing of their own; nothing that is refused may change a row.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask, url_for
from sqlalchemy import delete, func, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tesa.accounts.models import StaffSession
from tesa.accounts.permissions import guard_of, permission_table
from tesa.accounts.rules.policy import Standing
from tesa.core.db import Base, db
from tesa.core.transactions import transaction
from tests.architecture.world import Thing, World
from tests.support.client import OutsideClient
from tests.support.people import make_staff, signed_in
from tests.support.twilio import Twilio

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CONTACTS = ("contact of own", "free contact", "offered contact")
DISPATCHES = ("dispatch asked", "dispatch under way", "dispatch cleared")
KINDS: dict[str, tuple[str, ...]] = {
    "contact_id": CONTACTS,
    "case_id": ("case",),
    "note_id": ("note",),
    "opening_id": ("opening",),
    "dispatch_id": DISPATCHES,
    "offer_id": ("offer",),
    "account_id": ("account",),
    "assignment_id": ("shift",),
    "word_id": ("word",),
    "file_id": ("file",),
    "party_id": ("party",),
    "flag_id": ("flag",),
}
"""The argument of a rule that decides, and the things that are put into it."""
QUERIES = {"outreach.request": "kontak"}
"""Rules whose id stands in the query."""
FORMS = {"outreach.raise_now": "contact_id"}
"""Rules whose id stands in the form."""
HERS = {"session_id", "passkey_id", "notice_id", "proposal_id"}
"""Arguments that mean something of her own or put to her (nothing is put to anybody here): nothing else is ever found."""
FREE = {
    "window": uuid.UUID(int=7),
    "test_id": uuid.UUID(int=7),  # a call of the line to itself
    "filename": "x.css",
    "code": "x",
    "choice": "x",
    "token": "x",
    "purpose": "x",
    "key": "greeting",
    "language": "id",
    "digest": "x",
}
"""Arguments that name nothing that anybody could own."""
READS = {
    "contact": "contact.read",
    "case": "case.read",
    "note": "case.read",
    "dispatch": "dispatch.read",
    "file": "contact.read",
}
"""By which act somebody knows of a thing of a kind; other kinds are known to whoever may do the act."""
DECIDED_BY = {"intake.contacts_of_case": "case.read"}
"""Rules on the page of a thing of another kind than their act's."""
VALID: dict[str, dict[str, str]] = {
    "cases.assign": {"account_id": str(uuid.UUID(int=1))},
    "cases.close": {"reason": "moved"},
    "cases.screen": {"risk": "high"},
    "cases.reveal": {"reason": "review"},
    "cases.write": {"text": "catatan"},
    "cases.edit": {"text": "catatan", "revision": "1"},
    "cases.draft": {"text": "draf"},
    "cases.note_draft": {"text": "draf"},
    "cases.describe": {"name": "Melati"},
    "cases.safe_contact": {"to_call": "no", "to_message": "no"},
    "intake.reveal": {"reason": "review"},
    "intake.ask": {"question": "ask_safe"},
    "intake.reply": {"text": "Saya di sini."},
    "intake.finalize": {"outcome": "counselling"},
    "intake.close_promise": {"outcome": "reached", "reason": "sudah bicara"},
    "intake.to_case": {"name": "Melati"},
    "intake.flag": {"kind": "nuisance", "reason": "prank", "last_day": "2026-12-08"},
    "intake.decide_flag": {"kind": "nuisance", "last_day": "2026-12-08"},
    "intake.prolong_flag": {"last_day": "2026-12-08"},
    "outreach.request": {"priority": "P2"},
    "outreach.move": {"state": "stood_down"},
    "retention.hold": {"reason": "court"},
    "retention.change": {"thing": "note", "days": "4000", "why": "diputuskan dalam rapat bulan ini"},
    "retention.shred": {"why": "diminta oleh klien secara tertulis"},
}
"""Forms that a view accepts: it is the table that has to refuse them, not a missing field."""
TOKENS = re.compile(rb'"[\w-]+\.[\w-]+\.[\w-]+"')
ANSWERED = {200, 204, 302, 303, 400, 409, 413, 415, 422}
NOWHERE = "/tidak-ada"


@dataclass(frozen=True)
class Case:
    """A rule, and a thing in it (or none)."""

    rule: Rule
    thing: str | None


@pytest.fixture
def world(app: Flask, twilio: Twilio, clock: object) -> World:
    return World(app, twilio)


def cases(app: Flask) -> Iterator[Case]:
    for rule in app.url_map.iter_rules():
        argument = QUERIES.get(rule.endpoint) or FORMS.get(rule.endpoint)
        names = set(rule.arguments) - set(FREE) - HERS
        if "note_id" in names:
            names -= {"case_id"}
        if "file_id" in names:
            names -= {"contact_id"}
        if argument:
            names = {"contact_id"}
        assert len(names) <= 1, f"{rule.rule}: more than one id decides"
        for name in names:
            assert name in KINDS, f"{rule.rule}: make a thing for <{name}> in world.py, and name it in KINDS"
            yield from (Case(rule, kind) for kind in KINDS[name])
        if not names:
            yield Case(rule, None)


def filled(rule: Rule, thing: Thing | None) -> str:
    """The address of `rule` with the ids of `thing`; what is somebody's own is a random id."""
    values: dict[str, object] = {name: uuid.uuid4() for name in HERS & set(rule.arguments)}
    values |= {name: value for name, value in FREE.items() if name in rule.arguments}
    if thing is not None:
        values |= {name: thing.beside.get(name, thing.id) for name in set(rule.arguments) & set(KINDS)}
        if rule.endpoint in QUERIES:
            values[QUERIES[rule.endpoint]] = thing.id
    method = next(iter((rule.methods or set()) & set(METHODS)))
    return url_for(rule.endpoint, _method=method, **values)


def ask(client: OutsideClient, method: str, rule: Rule, thing: Thing | None) -> TestResponse:
    with client.application.test_request_context():
        path = filled(rule, thing)
    form = dict(VALID.get(rule.endpoint, {}))
    if thing and rule.endpoint in FORMS:
        form[FORMS[rule.endpoint]] = str(thing.id)
    response = client.open(path, method=method, headers={"X-CSRFToken": client.csrf_token()}, data=form or None)
    if response.mimetype == "text/event-stream":
        response.close()
    return response


def content(response: TestResponse) -> bytes:
    return TOKENS.sub(b'""', response.data)


def expected(world: World, name: str, case: Case, method: str, thing: Thing | None) -> str:
    """in | hidden | refused, from the table alone."""
    guard, roles = guard_of(case.rule.endpoint), world.people[name].roles
    assert guard.act is not None
    if not roles & permission_table()[guard.act]:
        return "hidden"
    if HERS & set(case.rule.arguments):
        return "hidden"
    if thing is None:
        return "in"
    who, act = Standing(roles, thing.to(name)), DECIDED_BY.get(case.rule.endpoint, guard.act)
    if not who.may(READS.get(thing.kind, act), thing.state):
        return "hidden"
    if who.may(act, thing.state):
        return "in"
    return (
        "hidden" if method == "GET" or FORMS.get(case.rule.endpoint) or QUERIES.get(case.rule.endpoint) else "refused"
    )


def seen(response: TestResponse, nowhere: bytes) -> str:
    if response.status_code == 404:
        return "hidden" if content(response) == nowhere else "404 with other bytes"
    if response.status_code == 403:
        return "refused"
    if response.status_code in {302, 303} and "/sign-in" in response.headers["Location"]:
        return "led to the sign-in"
    return "in" if response.status_code in ANSWERED else str(response.status_code)


def rows() -> dict[str, int]:
    db.session.rollback()
    counted = {t.name: db.session.scalar(select(func.count()).select_from(t)) or 0 for t in Base.metadata.sorted_tables}
    db.session.rollback()
    return counted


def browsers(world: World) -> dict[str, OutsideClient]:
    return {name: signed_in(world.app.test_client(), person) for name, person in world.people.items()}


@pytest.mark.timeout(300)
def test_the_whole_matrix(app: Flask, world: World) -> None:
    clients, shared = browsers(world), {kind: make() for kind, make in world.makers.items()}
    nowhere = {name: content(client.get(NOWHERE)) for name, client in clients.items()}
    wrong, doing = [], []
    before = rows()
    for case in cases(app):
        if guard_of(case.rule.endpoint).kind != "act":
            continue
        for method in sorted((case.rule.methods or set()) & set(METHODS)):
            for name, client in clients.items():
                thing = shared[case.thing] if case.thing else None
                told = expected(world, name, case, method, thing)
                if told == "in" and method != "GET":
                    doing.append((case, method, name))
                    continue
                answer = seen(ask(client, method, case.rule, thing), nowhere[name])
                if answer != told:
                    wrong.append(f"{name}: {method} {case.rule.rule} ({case.thing}): {answer}, not {told}")
    assert wrong == [], "\n".join(wrong)
    assert {t: n for t, n in rows().items() if n != before[t] and t not in WRITTEN_BY_READING} == {}
    for case, method, name in doing:
        if case.rule.endpoint in ENDS_THE_SESSION:
            continue
        thing = world.makers[case.thing]() if case.thing else None
        answer = seen(ask(clients[name], method, case.rule, thing), nowhere[name])
        if answer != "in":
            wrong.append(f"{name}: {method} {case.rule.rule} ({case.thing}): {answer}, not in")
    assert wrong == [], "\n".join(wrong)
    assert len(doing) > 100


WRITTEN_BY_READING = {"audit_entry", "staff_session"}
ENDS_THE_SESSION: set[str] = set()


def test_who_is_not_signed_in_any_more_gets_nowhere(app: Flask, world: World) -> None:
    """Anonymous, an account switched off, a session that has ended: all are led to the sign-in, whatever the id."""
    gone, ended = make_staff("psychologist", "coordinator", "administrator", "outreach"), make_staff("psychologist")
    clients = {"anonymous": app.test_client(), "off": signed_in(app.test_client(), gone)}
    clients["ended"] = signed_in(app.test_client(), ended)
    world.leaves(gone)
    with transaction():
        db.session.execute(delete(StaffSession).where(StaffSession.account_id == ended.id))
    shared = {kind: make() for kind, make in world.makers.items()}
    let_in = []
    for case in cases(app):
        if guard_of(case.rule.endpoint).kind != "act":
            continue
        thing = shared[case.thing] if case.thing else None
        for method in sorted((case.rule.methods or set()) & set(METHODS)):
            for name, client in clients.items():
                response = ask(client, method, case.rule, thing)
                led = response.status_code in {302, 303} and "/sign-in" in response.headers["Location"]
                if not led and response.status_code != 401:
                    let_in.append(f"{name}: {method} {case.rule.rule}: {response.status_code}")
    assert let_in == []


def test_a_method_that_a_rule_does_not_know_does_nothing(app: Flask, world: World) -> None:
    shared = {kind: make() for kind, make in world.makers.items()}
    clients = {"own": signed_in(app.test_client(), world.people["own"]), "anonymous": app.test_client()}
    allowed: dict[str, set[str]] = {}
    for rule in app.url_map.iter_rules():
        allowed.setdefault(rule.rule, set()).update(rule.methods or ())
    wrong = []
    for case in {c.rule.rule: c for c in cases(app)}.values():
        for method in sorted(set(METHODS) - allowed[case.rule.rule]):
            thing = shared[case.thing] if case.thing else None
            answers = {ask(client, method, case.rule, thing).status_code for client in clients.values()}
            if answers != {405}:
                wrong.append(f"{method} {case.rule.rule}: {answers}")
    assert wrong == []


@pytest.mark.timeout(300)
def test_the_same_headers_everywhere(app: Flask, world: World) -> None:
    """Pages, fragments, errors, redirects, webhooks and files: the protection does not depend on the answer."""
    from tesa.web.headers import HEADERS

    shared = {kind: make() for kind, make in world.makers.items()}
    clients = {**browsers(world), "anonymous": app.test_client()}
    home = clients["own"].get("/").headers
    reference = {name: home.get(name) for name in (*HEADERS, "Strict-Transport-Security")}
    other = []
    for case in cases(app):
        thing = shared[case.thing] if case.thing else None
        for name in ("own", "coordinator", "anonymous"):
            for method in ("GET", "PUT"):
                response = ask(clients[name], method, case.rule, thing)
                if {header: response.headers.get(header) for header in reference} != reference:
                    other.append(f"{name}: {method} {case.rule.rule}")
    assert other == []
