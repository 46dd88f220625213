"""The stream of an open page: who hears it, of what, and that it holds nothing and keeps nobody awake."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text, update

from tesa.accounts import sessions
from tesa.accounts.models import StaffSession
from tesa.core import clock as wall_clock
from tesa.core.db import db
from tesa.core.news import tell
from tesa.core.transactions import transaction
from tesa.psychologists.actions.change_presence import ensure_presence
from tesa.psychologists.models import Assignment, DutyPresence
from tesa.web.stream.hub import Hub
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, make_staff, signed_in
from tests.support.twilio import Twilio


@pytest.fixture
def hub(app: Flask) -> Hub:
    hub: Hub = app.extensions["tesa_hub"]
    return hub


def listen(client: FlaskClient) -> Iterator[bytes]:
    answer = client.get("/aliran")
    assert (answer.status_code, answer.mimetype) == (200, "text/event-stream")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Accel-Buffering"] == "no"
    chunks = iter(answer.response)
    assert next(chunks).startswith(b"event: hello")
    return chunks  # type: ignore[return-value]


def test_a_message_is_told_after_its_commit(client: FlaskClient, twilio: Twilio, hub: Hub) -> None:
    chunks = listen(signed_in(client, make_staff()))
    twilio.message("Selamat malam")
    assert b'["queue"]' in next(chunks)


def test_what_is_rolled_back_is_never_told(app: Flask, hub: Hub) -> None:
    heard: list[frozenset[str]] = []
    hub.publish = heard.append  # type: ignore[method-assign]
    person = make_staff().id
    with suppress(RuntimeError), transaction():
        tell("queue")
        db.session.flush()
        raise RuntimeError
    with transaction():  # as a webhook that comes twice: rolled back half way, and nothing after that
        tell("queue")
        db.session.execute(text("select 1"))
        db.session.rollback()
    assert heard == []
    make_shift(person)
    assert heard == [frozenset({"duty"})]


def test_a_statement_that_changes_no_row_tells_nothing(app: Flask, hub: Hub, clock: MovedClock) -> None:
    heard: list[frozenset[str]] = []
    hub.publish = heard.append  # type: ignore[method-assign]
    with transaction():
        db.session.execute(update(DutyPresence).where(DutyPresence.account_id == uuid.uuid4()).values(since=clock()))
    assert heard == []
    make_shift(make_staff().id)
    with transaction():
        ensure_presence(db.session.scalars(select(Assignment.account_id)).all(), clock())
    assert heard == [frozenset({"duty"})] * 2


def test_a_volunteer_does_not_hear_when_callers_write(client: FlaskClient, twilio: Twilio, hub: Hub) -> None:
    chunks = listen(signed_in(client, make_staff("outreach")))
    twilio.message("Selamat malam")
    make_shift(make_staff().id)
    assert b'["duty"]' in next(chunks)


def test_nobody_hears_without_being_signed_in_or_behind_a_locked_screen(client: FlaskClient, app: Flask) -> None:
    assert client.get("/aliran").status_code in (302, 303)
    signed_in(client, make_staff())
    session = db.session.scalars(select(StaffSession.id)).one()
    with transaction():
        sessions.lock_session(session, wall_clock.now())
    assert client.get("/aliran").status_code in (302, 303)


def test_a_stream_keeps_no_session_awake_and_ends_with_it(
    client: FlaskClient, hub: Hub, app: Flask, clock: MovedClock
) -> None:
    signed_in(client, make_staff())
    seen = db.session.scalars(select(StaffSession.seen_at)).one()
    clock.advance(300)
    chunks = listen(client)
    db.session.expire_all()
    assert db.session.scalars(select(StaffSession.seen_at)).one() == seen
    session = db.session.scalars(select(StaffSession.id)).one()
    hub.check(lambda ids: sessions.shown_in(ids, clock()))
    assert len(hub) == 1
    with transaction():
        sessions.end_session(session, "sign_out", clock())
    assert hub.look_now.is_set()
    hub.check(lambda ids: sessions.shown_in(ids, clock()))
    assert len(hub) == 0
    assert list(chunks) == [b"event: end\ndata: session\n\n"]


def test_an_open_stream_holds_no_connection(client: FlaskClient, app: Flask) -> None:
    signed_in(client, make_staff())
    db.session.remove()
    before = db.engine.pool.checkedout()  # type: ignore[attr-defined]
    chunks = listen(client)
    assert db.engine.pool.checkedout() == before  # type: ignore[attr-defined]
    chunks.close()  # type: ignore[attr-defined]


def test_beyond_the_limit_the_page_is_told_to_come_back(client: FlaskClient, hub: Hub) -> None:
    hub.most = 0
    answer = signed_in(client, make_staff()).get("/aliran")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
