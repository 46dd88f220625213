"""Notices: told in the same transaction, shown until read, urgent ones sent without content."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask
from sqlalchemy import select

from tesa.accounts.models import Notice
from tesa.accounts.notices import NOTICE_KINDS, SHOWN, holders, notices_of, register_notice, tell
from tesa.accounts.outbox_kinds import SENTENCE
from tesa.accounts.public import Role
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.telephony.gateway import SendMessage
from tesa.telephony.outbox import outbox
from tests.accounts.making import NOW
from tests.support.fake_gateway import FakeGateway
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in

KIND = "test.news"


@pytest.fixture(autouse=True)
def _kind(now: MovedClock) -> None:
    register_notice(KIND, "Ada kabar uji.", lambda object_id: f"/kabar/{object_id}" if object_id else None)


def texts(gateway: FakeGateway) -> list[SendMessage]:
    outbox().deliver_due(NOW)
    return [request for request in gateway.requests if isinstance(request, SendMessage)]


def test_everybody_named_is_told_once_and_nobody_else(app: Flask) -> None:
    one, two, gone = make_staff(), make_staff(), make_staff(active=False)
    other = make_staff()
    with transaction():
        tell([one.id, two.id, one.id, gone.id, uuid.uuid4()], KIND, None, NOW)
    told = sorted(db.session.scalars(select(Notice.account_id)))
    assert told == sorted([one.id, two.id])
    assert other.id not in told


def test_news_of_what_was_rolled_back_is_no_news(app: Flask) -> None:
    one = make_staff()
    with pytest.raises(ZeroDivisionError), transaction():
        tell([one.id], KIND, None, NOW, urgent=True)
        raise ZeroDivisionError
    assert notices_of(one.id, unread=False) == []


def test_an_unknown_kind_is_a_mistake(app: Flask) -> None:
    one = make_staff()
    with pytest.raises(KeyError), transaction():
        tell([one.id], "no.such", None, NOW)


def test_an_urgent_notice_sends_a_sentence_that_says_nothing(app: Flask, gateway: FakeGateway) -> None:
    one, numberless = make_staff(), make_staff(phone=None)
    thing = uuid.uuid4()
    with transaction():
        tell([one.id, numberless.id], KIND, thing, NOW, urgent=True)
    sent = texts(gateway)
    assert [(text.to, text.body) for text in sent] == [
        (one.phone, SENTENCE.format(link="http://127.0.0.1:5000/pemberitahuan"))
    ]
    assert str(thing) not in sent[0].body + sent[0].status_url


def test_what_is_not_urgent_sends_nothing(app: Flask, gateway: FakeGateway) -> None:
    one = make_staff()
    with transaction():
        tell([one.id], KIND, None, NOW)
    assert texts(gateway) == []


def test_what_was_read_meanwhile_is_not_sent_any_more(app: Flask, gateway: FakeGateway) -> None:
    one = make_staff()
    with transaction():
        tell([one.id], KIND, None, NOW, urgent=True)
    signed_in(client := app.test_client(), one)
    client.submit("/pemberitahuan")
    assert texts(gateway) == []


def test_a_notice_is_shown_until_it_is_read_and_leads_on(app: Flask) -> None:
    one, thing = make_staff(), uuid.uuid4()
    client = signed_in(app.test_client(), one)
    assert "Ada kabar uji." not in client.get("/pemberitahuan/baru").text
    with transaction():
        tell([one.id], KIND, thing, NOW)
    block = client.get("/pemberitahuan/baru", headers={"HX-Request": "true", "HX-Request-Type": "partial"}).text
    assert "Ada kabar uji." in block
    assert "<html" not in block
    assert "/pemberitahuan/baru" in client.get("/").text
    found = re.search(r'action="(/pemberitahuan/[0-9a-f-]{36})"', block)
    assert found is not None
    answer = client.submit(found[1])
    assert (answer.status_code, answer.location) == (303, f"/kabar/{thing}")
    assert "Ada kabar uji." not in client.get("/pemberitahuan/baru").text
    assert "Ada kabar uji." in client.get("/pemberitahuan").text


def test_nobody_reads_the_notices_of_another(app: Flask) -> None:
    one, other = make_staff(), make_staff()
    with transaction():
        tell([one.id], KIND, None, NOW)
    notice = notices_of(one.id, unread=True)[0]
    client = signed_in(app.test_client(), other)
    assert "Ada kabar uji." not in client.get("/pemberitahuan").text
    assert client.submit(f"/pemberitahuan/{notice.id}").status_code == 404
    client.submit("/pemberitahuan")
    assert len(notices_of(one.id, unread=True)) == 1


def test_a_page_holds_the_newest(app: Flask) -> None:
    one = make_staff()
    with transaction():
        for _ in range(SHOWN + 1):
            tell([one.id], KIND, None, NOW)
    assert len(notices_of(one.id, unread=False)) == SHOWN


def test_holders_are_active_people_with_one_of_the_roles(app: Flask) -> None:
    one, two = make_staff("coordinator"), make_staff("administrator", "coordinator")
    make_staff("coordinator", active=False)
    make_staff("psychologist")
    assert holders(Role.COORDINATOR) == {one.id, two.id}
    assert holders(Role.ADMINISTRATOR) == {two.id}
    assert holders() == set()


def test_every_kind_fits_its_column_and_has_words(app: Flask) -> None:
    with app.test_request_context():
        for kind, known in NOTICE_KINDS.items():
            assert len(kind) <= 40
            assert str(known.sentence)
