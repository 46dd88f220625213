"""Her ordinary telephone and her browser ring together; the first that accepts has the call, and a reload keeps it."""

from __future__ import annotations

import base64
import hmac
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from defusedxml.ElementTree import fromstring
from flask.testing import FlaskClient

from config import Settings
from tesa.accounts.models import Account
from tesa.accounts.public import member
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.intake.actions.note_browser import note_browser
from tesa.intake.ringing_queries import lines_of
from tesa.intake.rules.softphone import token_lasts
from tests.stories.line import Hotline, Someone
from tests.support.client import OutsideClient
from tests.support.people import signed_in
from tests.support.settings import SOFTPHONE


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """An installation whose browsers telephone."""
    return replace(settings, softphone=SOFTPHONE)


def with_browser(hotline: Hotline) -> Someone:
    """A psychologist whose page can be rung."""
    person = hotline.psychologist()
    with transaction():
        db.session.get_one(Account, person.id).softphone = True
        note_browser(person.id, True, hotline.clock.now())
    return person


def browser_of(person: Someone) -> Someone:
    """Her browser as one more telephone of hers."""
    return replace(person, number=f"client:a_{person.id.hex}")


def connects(hotline: Hotline, person: Someone, sid: str, who: str | None = None):
    """The page opens a line by itself: what it hears."""
    call = {"CallSid": sid, "From": who or browser_of(person).number, "To": "", "CallStatus": "ringing"}
    return fromstring(hotline.twilio.post("/twilio/softphone", **call).data)


def test_the_browser_accepts_by_picking_up(hotline: Hotline) -> None:
    person = with_browser(hotline)
    caller = hotline.calls()
    hotline.pass_seconds(6)
    browser = browser_of(person)
    assert hotline.gateway.rung == [person.number, browser.number], "the telephone first"
    document = hotline.picks_up(browser)
    assert document.find("Dial/Conference") is not None, "no key is asked for"
    hotline.tick()
    assert hotline.gateway.ended == [hotline.gateway.sid_of(person.number)]
    assert hotline.joins(caller).find("Dial/Conference") is not None
    hotline.leg_status(person, "canceled")
    assert hotline.contact(caller).state == "in_progress"
    assert hotline.offers(caller)[0].accepted_by == "browser"


def test_the_telephone_accepts_and_the_browser_stops(hotline: Hotline) -> None:
    person = with_browser(hotline)
    caller = hotline.calls()
    hotline.pass_seconds(6)
    hotline.answers(person, caller)
    assert hotline.gateway.ended == [hotline.gateway.sid_of(browser_of(person).number)]
    hotline.leg_status(browser_of(person), "canceled")
    assert hotline.contact(caller).state == "in_progress"


@pytest.mark.parametrize("key_first", [True, False])
def test_both_at_the_same_instant(hotline: Hotline, key_first: bool) -> None:
    person = with_browser(hotline)
    caller = hotline.calls()
    hotline.pass_seconds(6)
    hotline.picks_up(person)
    documents = [hotline.presses(person)] if key_first else []
    documents.append(hotline.picks_up(browser_of(person)))
    documents += [] if key_first else [hotline.presses(person)]
    assert [d.find("Dial/Conference") is not None for d in documents] == [True, False]
    assert documents[1][-1].tag == "Hangup"
    late = person if not key_first else browser_of(person)
    hotline.leg_status(late, "completed")
    hotline.tick()
    assert hotline.contact(caller).psychologist_id == person.id
    assert hotline.contact(caller).state == "in_progress"


def test_one_line_that_fails_ends_nothing_and_both_are_one_missed_offer(hotline: Hotline) -> None:
    person = with_browser(hotline)
    caller = hotline.calls()
    hotline.pass_seconds(6)
    hotline.leg_status(browser_of(person), "busy")
    assert [o.outcome for o in hotline.offers(caller)] == [None], "rejected in the browser, it rings on the telephone"
    hotline.leg_status(person, "no-answer")
    assert [o.outcome for o in hotline.offers(caller)] == ["missed"]
    assert [line.rank for line in lines_of(hotline.offers(caller)[0].id)] == [9, 9]


def test_a_browser_that_has_been_away_is_not_rung(hotline: Hotline) -> None:
    person = with_browser(hotline)
    hotline.clock.advance(31)
    hotline.calls()
    hotline.pass_seconds(6)
    assert hotline.gateway.rung == [person.number]


def test_a_reload_keeps_the_talk(hotline: Hotline) -> None:
    person = with_browser(hotline)
    caller = hotline.calls()
    hotline.pass_seconds(6)
    room = hotline.picks_up(browser_of(person)).find("Dial/Conference").text
    hotline.tick()
    hotline.joins(caller)
    hotline.leg_status(browser_of(person), "completed", 4)
    assert hotline.contact(caller).state == "in_progress", "she hears that it goes on in a moment"
    hotline.pass_seconds(3)
    sid = "CA" + "b" * 32
    again = connects(hotline, person, sid)
    assert again.find("Dial/Conference").text == room
    assert connects(hotline, person, sid).find("Dial/Conference").text == room, "asked twice"
    hotline.pass_seconds(12)
    assert hotline.contact(caller).state == "in_progress"
    hotline.twilio.post("/twilio/softphone/status", CallSid=sid, From=browser_of(person).number, CallStatus="completed")
    hotline.pass_seconds(12)
    assert hotline.contact(caller).state == "waiting", "it did not come back: the caller waits again, first"


def test_accepted_on_the_page_the_browser_connects_by_itself(hotline: Hotline, new_client) -> None:
    person = with_browser(hotline)
    caller = hotline.calls()
    hotline.pass_seconds(6)
    page = at_page(hotline, new_client, person)
    page.submit(f"/kontak/{caller.contact_id}/terima")
    assert page.submit("/telepon/denyut", ready="1").json["talk"]["connects"] is True
    assert connects(hotline, person, "CA" + "c" * 32).find("Dial/Conference") is not None
    hotline.tick()
    assert set(hotline.gateway.ended) == {hotline.gateway.sid_of(n) for n in (person.number, browser_of(person).number)}
    assert hotline.joins(caller).find("Dial/Conference") is not None


def test_nobody_connects_to_anothers_talk(hotline: Hotline) -> None:
    person, other = with_browser(hotline), with_browser(hotline)
    caller = hotline.calls()
    hotline.pass_seconds(6)
    first = next(p for p in (person, other) if hotline.gateway.rung[0] == p.number)
    hotline.answers(first, caller)
    stranger = other if first is person else person
    for who in (browser_of(stranger).number, "client:a_nobody", "client:", first.number):
        assert connects(hotline, stranger, "CA" + "d" * 32, who).find("Dial") is None


def at_page(hotline: Hotline, new_client, person: Someone) -> OutsideClient:
    staff = member(person.id)
    assert staff is not None
    return signed_in(new_client(), staff)


def decoded(token: str) -> tuple[dict, dict]:
    """Header and body of a token whose signature is right."""
    head, body, signature = token.split(".")
    made = hmac.digest(SOFTPHONE.api_secret.encode(), f"{head}.{body}".encode(), "sha256")
    assert base64.urlsafe_b64encode(made).rstrip(b"=").decode() == signature
    return tuple(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (head, body))


def test_her_token(hotline: Hotline, new_client, settings: Settings, client: FlaskClient) -> None:
    person = with_browser(hotline)
    page = at_page(hotline, new_client, person)
    answer = page.submit("/telepon/token").json
    head, body = decoded(answer["token"])
    assert (head["cty"], head["alg"]) == ("twilio-fpa;v=1", "HS256")
    assert (body["iss"], body["sub"]) == (SOFTPHONE.api_key, settings.twilio_account_sid)
    assert body["grants"] == {
        "identity": f"a_{person.id.hex}",
        "voice": {"incoming": {"allow": True}, "outgoing": {"application_sid": SOFTPHONE.twiml_app}},
    }
    assert answer["seconds"] == 3600
    assert 3590 <= body["exp"] - time.time() <= 3600
    with transaction():
        db.session.get_one(Account, person.id).softphone = False
    assert page.submit("/telepon/token").status_code == 409, "off unless she has switched it on"


def test_a_token_never_outlives_the_session() -> None:
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)
    for left, lasts in ((12 * 3600, 3600), (1200, 1200), (59, None), (-5, None)):
        found = token_lasts(now, now + timedelta(seconds=left))
        assert (found.total_seconds() if found else None) == lasts
