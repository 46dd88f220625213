"""Failures that users of other hotlines, call centres and help desks have reported: here each is told and does not happen.

A test is named after what went wrong there; it shows what happens here instead.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from tesa.accounts.public import member
from tesa.cases.actions.save_draft import Subject, save_draft
from tesa.cases.models import Case
from tesa.core.db import db
from tesa.core.errors import RuleBroken
from tesa.core.transactions import transaction
from tesa.intake.actions.ask_colleague import ask_colleague
from tesa.intake.actions.finalize_contact import finalize_contact
from tesa.intake.actions.hand_over import bring_together, hand_over
from tesa.intake.actions.link_case import link_case
from tesa.intake.actions.set_flag import set_flag
from tesa.intake.actions.take_conversation import take_conversation
from tesa.intake.models import Contact, ContactEvent, Offer
from tesa.intake.queries import locked
from tesa.outreach.models import Dispatch
from tesa.psychologists.public import state_of
from tesa.telephony.gateway import EndCall, PlaceCall, RemoveParticipant
from tests.stories.line import Caller, Hotline, Someone
from tests.stories.talking import Talk
from tests.support.client import OutsideClient
from tests.support.people import signed_in

NUMBER = "+6281290000777"
SHOWN = "+62 812-••••-777"
Browser = Callable[[], OutsideClient]


def page_of(new_client: Browser, person: Someone) -> OutsideClient:
    """Somebody's browser, signed in."""
    found = member(person.id)
    assert found is not None
    return signed_in(new_client(), found)


def her(contact_id: uuid.UUID) -> Contact:
    """The contact, locked; inside a transaction."""
    found = locked(contact_id)
    assert found is not None
    return found


def told(caller: Caller) -> list[tuple[uuid.UUID | None, int | None]]:
    """Who was reminded of a promised call."""
    db.session.rollback()
    query = select(Offer).where(Offer.contact_id == caller.contact_id, Offer.kind == "promise")
    return [(o.account_id, o.setting_number) for o in db.session.scalars(query.order_by(Offer.offered_at, Offer.tier))]


# -- 1
def test_nobody_on_the_rota_and_it_rings_for_ever(hotline: Hotline) -> None:
    app = hotline.app
    app.extensions["tesa_settings"] = replace(app.extensions["tesa_settings"], coordinator_numbers=())
    caller = hotline.calls()
    hotline.clock.advance(5)
    hotline.waits(caller)
    assert "Tekan 2" in caller.heard[-1], "she has a choice at once"
    hotline.pass_seconds(90)
    assert hotline.gateway.rung == []
    assert hotline.contact(caller).state == "call_back", "who gave no sign of life is owed a call"
    assert hotline.task(caller) is not None


def test_one_bad_number_in_the_rota_breaks_ring_all(hotline: Hotline) -> None:
    people = [hotline.psychologist() for _ in range(3)]
    bad = people[0].number
    hotline.gateway.refuse("21211", meant=lambda r: isinstance(r, PlaceCall) and r.to == bad, times=99)
    caller = hotline.calls()
    hotline.pass_seconds(1)
    hotline.keys(caller, "0")  # everybody is rung
    hotline.pass_seconds(1)
    assert {p.number for p in people} <= set(hotline.gateway.rung)
    assert [o.outcome for o in hotline.offers(caller) if o.account_id == people[0].id] == ["missed"]
    hotline.answers(people[2], caller)
    assert hotline.contact(caller).psychologist_id == people[2].id


# -- 2
def test_three_callers_one_rung_twice_one_never(hotline: Hotline) -> None:
    people = [hotline.psychologist() for _ in range(3)]
    callers = [hotline.calls(f"+628129000010{i}") for i in range(3)]
    hotline.pass_seconds(4)
    assert sorted(hotline.gateway.rung) == sorted(p.number for p in people), "each rung once, for one caller each"
    for person in people:
        hotline.picks_up(person)
        assert hotline.presses(person).find("Dial/Conference") is not None
    assert {hotline.contact(c).psychologist_id for c in callers} == {p.id for p in people}


# -- 3
def test_a_voicemail_answers_the_call(hotline: Hotline) -> None:
    first, second = hotline.psychologist(), hotline.psychologist()
    caller = hotline.calls()
    hotline.pass_seconds(4)
    machine = first if hotline.rings(first.number) else second
    document = hotline.picks_up(machine)
    assert document.find("Dial") is None
    assert document[-1].tag == "Hangup"
    hotline.leg_status(machine, "completed")
    assert hotline.contact(caller).state == "waiting"
    assert [o.outcome for o in hotline.offers(caller)] == ["missed"]
    hotline.pass_seconds(2)
    assert {first.number, second.number} == set(hotline.gateway.rung)


# -- 4
def test_duplicate_contacts_under_repeated_webhooks(hotline: Hotline) -> None:
    person = hotline.psychologist()
    caller = hotline.calls()
    first = hotline.twilio.message("halo")
    for _ in range(5):
        assert str(caller.contact_id) in hotline.twilio.voice(caller.number, caller.sid).text
        assert hotline.twilio.message("halo", sid=first.message_sid).status_code == 200
    hotline.pass_seconds(4)
    for _ in range(2):  # each thing that is told is told twice
        hotline.answers(person, caller)
    for _ in range(2):
        hotline.caller_status(caller, "completed")
    hotline.twilio.voice(caller.number, caller.sid)  # and the first one comes once more, after all is over
    db.session.rollback()
    channels = select(Contact.channel, func.count()).group_by(Contact.channel)
    assert sorted(tuple(row) for row in db.session.execute(channels)) == [("voice", 1), ("whatsapp", 1)]
    assert (hotline.contact(caller).state, len(hotline.gateway.led)) == ("to_record", 1)
    assert [m.direction for m in hotline.messages()].count("in") == 1


# -- 5
def test_a_transfer_loses_the_form_and_the_caller(hotline: Hotline, new_client: Browser) -> None:
    talk = Talk(hotline, hotline.psychologist())
    case_id = talk.does(link_case, None, "Melati", talk.first.id)
    assert isinstance(case_id, uuid.UUID)
    with transaction():
        save_draft(Subject(case_id, case_id), "Ia takut pulang.", talk.first.id, 0, hotline.clock.now())
    second = hotline.psychologist()
    hers = page_of(new_client, second)
    assert hers.get(f"/kasus/{case_id}").status_code == 404
    talk.does(ask_colleague, second.id, talk.first.id)
    hotline.picks_up(second)
    hotline.presses(second)
    hotline.tick()
    talk.does(bring_together, talk.first.id)
    talk.does(hand_over, talk.first.id)
    talk.drops(talk.first)
    contact = talk.contact()
    assert (contact.state, contact.psychologist_id, contact.case_id) == ("in_progress", second.id, case_id)
    assert talk.client_held() is False
    gone = [r.who for r in talk.told(RemoveParticipant)] + [r.call_sid for r in talk.told(EndCall)]
    assert talk.caller.sid not in gone, "nobody told Twilio to let the caller go"
    assert hers.get(f"/kontak/{contact.id}").status_code == 200
    assert "Ia takut pulang." in hers.get(f"/kasus/{case_id}/catatan").text, (
        "what was being written lies before the second"
    )


def test_ending_a_chat_leaves_it_stuck(hotline: Hotline) -> None:
    person = hotline.psychologist()
    hotline.twilio.message("halo")
    hotline.pass_seconds(1)
    first = hotline.only_conversation().id
    with transaction():
        take_conversation(her(first), person.id, 1, hotline.clock.now())
    with transaction():
        finalize_contact(her(first), "counselling", [], person.id, hotline.clock.now())
    assert hotline.only_conversation().state == "finalized"
    hotline.clock.advance(90 * 60)
    hotline.twilio.message("halo lagi")
    hotline.pass_seconds(1)
    db.session.rollback()
    after = db.session.scalars(select(Contact).where(Contact.id != first)).one()
    assert (after.state, after.psychologist_id) == ("waiting", person.id), "she writes again and finds somebody again"


# -- 6
def test_masked_numbers_leak_in_one_list_after_another(hotline: Hotline, new_client: Browser) -> None:
    person, boss = hotline.psychologist(), hotline.someone("coordinator", None)
    hotline.someone("outreach")
    caller = hotline.calls(NUMBER)
    hotline.keys(caller, "0")
    hotline.pass_seconds(4)
    hotline.answers(person, caller)
    with transaction():
        case_id = link_case(her(caller.contact_id), None, "Melati", person.id, hotline.clock.now())
        set_flag(
            NUMBER, "nuisance", "prank", hotline.clock.now() + timedelta(days=1), caller.contact_id, boss.id,
            hotline.clock.now(),
        )  # fmt: skip
    theirs = page_of(new_client, boss)
    lists = ("/", "/kotak", "/langsung", "/kasus", "/penanda", "/penjangkauan", "/penjangkauan/papan", "/pemberitahuan")
    pages = [theirs.get(path) for path in (*lists, f"/kontak/{caller.contact_id}", f"/kasus/{case_id}")]
    assert [page.status_code for page in pages] == [200] * len(pages)
    for page in pages:
        assert NUMBER[4:] not in page.text.replace(" ", "").replace("-", ""), page.request.path
    assert sum(SHOWN in page.text for page in pages) >= 2, "what is shown instead"


# -- 7
def test_a_page_for_off_duty_staff(hotline: Hotline) -> None:
    on = hotline.psychologist()
    gone, coming = hotline.psychologist(hours=(-8, -0.01)), hotline.psychologist(hours=(2, 8))
    absent = hotline.psychologist(tier=None)
    caller = hotline.calls()
    hotline.keys(caller, "0")  # whom nothing spares
    hotline.twilio.message("halo", sender=NUMBER)
    hotline.pass_seconds(70)
    reached = set(hotline.gateway.rung) | {message.to for message in hotline.gateway.messages}
    assert on.number in reached
    assert not {gone.number, coming.number, absent.number} & reached


def test_a_missed_call_does_not_say_who_was_rung(hotline: Hotline, new_client: Browser) -> None:
    people = [hotline.psychologist() for _ in range(2)]
    boss = hotline.someone("coordinator", None)
    caller = hotline.calls()
    hotline.pass_seconds(7)
    for person in people:
        hotline.leg_status(person, "no-answer")
    hotline.hangs_up(caller)
    assert hotline.contact(caller).state == "call_back"
    page = page_of(new_client, boss).get(f"/kontak/{caller.contact_id}").text
    rung = page.split('id="bukti-h"')[1].split("</ol>")[0]
    assert rung.count("tidak menjawab") == 2
    assert all(person.email in rung for person in people)


# -- 8
def test_an_emergency_is_raised_only_after_the_call(hotline: Hotline, new_client: Browser) -> None:
    person, worker = hotline.psychologist(), hotline.someone("outreach")
    talk = Talk(hotline, person)
    mine = page_of(new_client, person)
    assert mine.submit(f"/kontak/{talk.caller.contact_id}/darurat").status_code == 303, "one press, nothing to fill in"
    hotline.pass_seconds(1)
    assert [d.priority for d in db.session.scalars(select(Dispatch))] == ["P1"]
    assert hotline.rings(worker.number) == 1
    assert talk.contact().state == "in_progress", "and the two are still talking"
    assert state_of(person.id, hotline.clock.now()) == "talking"


# -- 9
def test_a_follow_up_date_nothing_acts_on(hotline: Hotline) -> None:
    first, second = hotline.psychologist(), hotline.psychologist()
    third, boss = hotline.psychologist(tier=2), hotline.someone("coordinator", 3)
    caller = hotline.calls()
    hotline.hangs_up(caller)
    hotline.tick()
    (best,) = told(caller)
    assert best[0] in (first.id, second.id)
    for minutes, people in ((5, 2), (10, 3), (15, 4), (30, 6)):
        hotline.clock.advance(60 * minutes - 1 - (hotline.clock.now() - hotline.task(caller).created_at).seconds)
        hotline.tick()
        before = len(told(caller))
        hotline.clock.advance(2)
        hotline.tick()
        assert (before, len(told(caller))) == (people - (2 if people == 6 else 1), people), minutes
        if minutes == 5:
            assert hotline.task(caller).assigned_id == best[0]
            assert hotline.contact(caller).psychologist_id == best[0]
    assert {person for person, _ in told(caller)} == {first.id, second.id, third.id, boss.id, None}
    rung = select(func.count()).where(ContactEvent.contact_id == caller.contact_id, ContactEvent.code == "promise_rung")
    assert db.session.scalar(rung) == 5
    hotline.clock.advance(6 * 3600)
    hotline.tick()
    assert hotline.task(caller).done_at is None


# -- 10
def test_a_nuisance_block_on_a_number_in_danger(hotline: Hotline) -> None:
    person, boss = hotline.psychologist(), hotline.someone("coordinator", None)
    talk = Talk(hotline, person)
    hotline.caller_status(talk.caller, "completed")
    number, now = talk.caller.number, hotline.clock.now()

    def block() -> None:
        with transaction():
            set_flag(number, "blocked", "prank", now + timedelta(days=30), talk.caller.contact_id, boss.id, now)

    block()
    assert "<Enqueue" not in hotline.twilio.voice(number).text
    case_id = talk.does(link_case, None, "Melati", person.id)
    with transaction():
        db.session.get_one(Case, case_id).risk = "high"
    assert "<Enqueue" in hotline.twilio.voice(number).text, "the block has stopped counting by itself"
    with pytest.raises(RuleBroken, match="berisiko tinggi"):
        block()
