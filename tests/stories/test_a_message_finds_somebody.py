"""A girl writes on WhatsApp: one conversation, a neutral answer, somebody within thirty seconds, and no silence after."""

from __future__ import annotations

import re

from sqlalchemy import select

from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.intake.actions.send_reply import send_reply
from tesa.intake.actions.take_conversation import take_conversation
from tesa.intake.models import Contact, Message
from tesa.intake.queries import locked
from tesa.intake.screens import contact_view
from tesa.outreach.models import Dispatch
from tests.stories.line import Hotline, Someone
from tests.support.people import make_staff
from tests.support.settings import COORDINATOR_NUMBERS


def take(hotline: Hotline, contact: Contact, person: Someone) -> None:
    with transaction():
        take_conversation(locked(contact.id), person.id, 1, hotline.clock.now())


def test_one_conversation_one_acknowledgement(hotline: Hotline) -> None:
    first = hotline.twilio.message("halo")
    second = hotline.twilio.message("ada orang?")
    assert "<Message" in first.text
    assert "TeSA" not in re.sub("<[^>]*>", "", first.text)
    assert "<Message" not in second.text
    contact = hotline.only_conversation()
    assert (contact.channel, contact.state) == ("whatsapp", "waiting")
    assert [m.direction for m in hotline.messages()].count("in") == 2


def test_the_same_message_twice_is_one_row(hotline: Hotline) -> None:
    first = hotline.twilio.message("halo")
    for _ in range(5):
        again = hotline.twilio.message("halo", sid=first.message_sid)
        assert again.status_code == 200
        assert "<Message" not in again.text
    assert [m.direction for m in hotline.messages()].count("in") == 1


def test_assigned_and_paged_at_once_then_the_ladder(hotline: Hotline) -> None:
    first, second = hotline.psychologist(), hotline.psychologist()
    back_up = hotline.psychologist(tier=2)
    hotline.twilio.message("halo")
    hotline.pass_seconds(1)
    assigned = hotline.only_conversation().psychologist_id
    assert assigned in (first.id, second.id)
    assert [m.to for m in hotline.gateway.messages] == [first.number if assigned == first.id else second.number]
    assert "halo" not in hotline.gateway.messages[0].body
    hotline.pass_seconds(120)
    assert len(hotline.gateway.messages) == 2, "a reminder after two minutes"
    hotline.pass_seconds(120)
    other = second if assigned == first.id else first
    assert hotline.only_conversation().psychologist_id == other.id
    hotline.pass_seconds(240)
    assert hotline.only_conversation().psychologist_id == back_up.id
    hotline.pass_seconds(240)
    assert set(COORDINATOR_NUMBERS) <= {m.to for m in hotline.gateway.messages}


def test_an_answer_goes_out_once_and_its_states_come_back(hotline: Hotline) -> None:
    person = hotline.psychologist()
    hotline.twilio.message("halo")
    hotline.pass_seconds(1)
    contact = hotline.only_conversation()
    take(hotline, contact, person)
    with transaction():
        send_reply(locked(contact.id), "Saya di sini.", person.id, hotline.clock.now())
    hotline.tick()
    sent = hotline.gateway.messages[-1]
    assert (sent.channel, sent.to, sent.body) == ("whatsapp", "+6281200000017", "Saya di sini.")
    for status in ("delivered", "sent", "read", "delivered"):
        hotline.twilio.post(sent.status_url, MessageSid="SM" + "1" * 32, MessageStatus=status)
    reply = next(m for m in hotline.messages() if m.direction == "out")
    assert reply.status == "read"
    hotline.pass_seconds(600)
    assert hotline.only_conversation().state == "in_progress"
    assert hotline.gateway.messages[-1] == sent, "answered: the ladder rests"


def test_a_late_failure_is_shown(hotline: Hotline) -> None:
    person = hotline.psychologist()
    hotline.twilio.message("halo")
    hotline.pass_seconds(1)
    contact = hotline.only_conversation()
    take(hotline, contact, person)
    with transaction():
        send_reply(locked(contact.id), "Saya di sini.", person.id, hotline.clock.now())
    hotline.tick()
    hotline.twilio.post(
        hotline.gateway.messages[-1].status_url, MessageSid="SM" + "2" * 32, MessageStatus="failed", ErrorCode="63016"
    )
    reply = next(m for m in hotline.messages() if m.direction == "out")
    assert (reply.status, reply.error_code) == ("failed", "63016")


def test_words_of_emergency_raise_it_at_once(hotline: Hotline) -> None:
    people = [hotline.psychologist(), hotline.psychologist(tier=2)]
    worker = hotline.someone("outreach")
    hotline.twilio.message("t o l\u200b o n g dia bawa pisau")
    contact = hotline.only_conversation()
    assert contact.risk == "emergency"
    assert db.session.scalar(select(Dispatch.contact_id)) == contact.id
    hotline.pass_seconds(6)
    assert {p.number for p in people} <= {m.to for m in hotline.gateway.messages}
    assert hotline.rings(worker.number) == 1
    hotline.pass_seconds(10)
    assert set(COORDINATOR_NUMBERS) <= {m.to for m in hotline.gateway.messages}


def test_places_and_media_are_kept_sealed(hotline: Hotline) -> None:
    hotline.twilio.message("", Latitude="-6.2349", Longitude="106.9896")
    hotline.twilio.message(
        "lihat", NumMedia="7", MediaUrl0="http://127.0.0.1/secret-media", MediaContentType0="image/jpeg"
    )
    kept = [m for m in hotline.messages() if m.direction == "in"]
    assert {m.has_place for m in kept} == {True, False}
    assert sorted(m.media_count for m in kept) == [0, 1]
    for message in kept:
        assert b"106.9896" not in message.extras_sealed
        assert b"secret-media" not in message.extras_sealed


def test_odd_texts_are_kept_as_they_came(hotline: Hotline) -> None:
    texts = ["\x00nul", "\u202ertl", "<script>alert(1)</script>", "{{7*7}}", "'; DROP TABLE contact; --", "x" * 65536]
    for text in texts:
        assert hotline.twilio.message(text).status_code == 200
    contact = hotline.only_conversation()

    owner = make_staff()
    with transaction():
        row = locked(contact.id)
        assert row is not None
        row.psychologist_id = owner.id
    bodies = {
        m.body for m in contact_view(db.session.get_one(Contact, contact.id), owner).messages if m.direction == "in"
    }
    assert bodies == set(texts)
    assert db.session.scalar(select(Message.id).limit(1)) is not None
