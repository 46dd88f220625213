"""Who sees what of a contact, and what the buttons do."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from tesa.accounts.public import StaffMember
from tesa.core.db import db
from tesa.intake.jobs import advance_contacts
from tesa.intake.models import CallBackTask, Contact, EmergencyWord, Message
from tesa.outreach.models import Dispatch
from tests.support.client import OutsideClient
from tests.support.fake_gateway import FakeGateway
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, make_staff, signed_in
from tests.support.twilio import Twilio

SECRET = "Aku takut pulang ke rumah."
Browser = Callable[[], OutsideClient]


@pytest.fixture
def psychologist(app: object, clock: MovedClock) -> StaffMember:
    person = make_staff("psychologist")
    make_shift(person.id)
    return person


@pytest.fixture
def written(app: object, clock: MovedClock, psychologist: StaffMember, twilio: Twilio) -> uuid.UUID:
    """A conversation assigned to the psychologist."""
    twilio.message(SECRET)
    advance_contacts(clock.now())
    db.session.rollback()
    return db.session.scalars(select(Contact.id)).one()


def contact(contact_id: uuid.UUID) -> Contact:
    db.session.rollback()
    return db.session.get_one(Contact, contact_id, populate_existing=True)


def test_she_reads_it_and_nobody_else_does(new_client: Browser, written: uuid.UUID, psychologist: StaffMember) -> None:
    mine = signed_in(new_client(), psychologist)
    page = mine.get(f"/kontak/{written}")
    assert page.status_code == 200
    assert SECRET in page.text
    assert "+6281200000017" in page.text
    colleague = signed_in(new_client(), make_staff("psychologist"))
    random = colleague.get(f"/kontak/{uuid.uuid4()}")
    foreign = colleague.get(f"/kontak/{written}")
    assert (foreign.status_code, random.status_code) == (404, 404)
    coordinator = signed_in(new_client(), make_staff("coordinator"))
    seen = coordinator.get(f"/kontak/{written}")
    assert seen.status_code == 200
    assert SECRET not in seen.text
    assert "+6281200000017" not in seen.text
    for role in ("outreach", "administrator"):
        assert signed_in(new_client(), make_staff(role)).get(f"/kontak/{written}").status_code == 404


def test_take_reply_and_finalize(
    new_client: Browser, written: uuid.UUID, psychologist: StaffMember, gateway: FakeGateway
) -> None:
    mine = signed_in(new_client(), psychologist)
    assert mine.submit(f"/kontak/{written}/balas", text="Halo").status_code == 422, "not before it is taken"
    assert mine.submit(f"/kontak/{written}/ambil").status_code == 303
    assert mine.submit(f"/kontak/{written}/balas", text="   ").status_code == 422
    too_long = mine.submit(f"/kontak/{written}/balas", text="x" * 1601)
    assert too_long.status_code == 422
    assert "x" * 1601 in too_long.text, "the words stay in the form"
    assert mine.submit(f"/kontak/{written}/balas", text="Saya di sini.").status_code == 303
    assert contact(written).waiting_since is None
    assert mine.submit(f"/kontak/{written}/selesai", outcome="counselling", services="information").status_code == 303
    done = contact(written)
    assert (done.state, done.outcome, done.services) == ("finalized", "counselling", "information")


def test_nobody_smuggles_an_owner_or_an_outcome(
    new_client: Browser, written: uuid.UUID, psychologist: StaffMember
) -> None:
    mine = signed_in(new_client(), psychologist)
    other = make_staff("psychologist")
    mine.submit(f"/kontak/{written}/ambil", psychologist_id=str(other.id), state="finalized")
    assert contact(written).psychologist_id == psychologist.id
    assert mine.submit(f"/kontak/{written}/selesai", outcome="made_up").status_code == 422
    assert contact(written).state == "in_progress"


def test_a_colleague_cannot_take_what_is_taken(
    new_client: Browser, written: uuid.UUID, psychologist: StaffMember
) -> None:
    signed_in(new_client(), psychologist).submit(f"/kontak/{written}/ambil")
    coordinator = signed_in(new_client(), make_staff("coordinator"))
    assert coordinator.submit(f"/kontak/{written}/ambil").status_code == 403
    assert signed_in(new_client(), make_staff("psychologist")).submit(f"/kontak/{written}/ambil").status_code == 404


def test_without_a_token_nothing_happens(new_client: Browser, written: uuid.UUID, psychologist: StaffMember) -> None:
    mine = signed_in(new_client(), psychologist)
    assert mine.post(f"/kontak/{written}/ambil").status_code == 403
    assert contact(written).state == "waiting"


def test_an_emergency_becomes_a_dispatch_that_follows_the_contact_into_its_case(
    new_client: Browser, written: uuid.UUID, psychologist: StaffMember
) -> None:
    mine = signed_in(new_client(), psychologist)
    mine.submit(f"/kontak/{written}/ambil")
    assert mine.submit(f"/kontak/{written}/darurat").status_code == 303
    assert mine.submit(f"/kontak/{written}/darurat").status_code == 303
    assert contact(written).risk == "emergency"
    dispatch = db.session.scalars(select(Dispatch)).one()
    assert (dispatch.priority, dispatch.case_id, dispatch.requested_by) == ("P1", None, psychologist.id)
    assert mine.submit(f"/kontak/{written}/kasus", name="<b>Melati</b>").status_code == 303
    db.session.rollback()
    case_id = contact(written).case_id
    assert db.session.scalars(select(Dispatch.case_id)).one() == case_id
    page = mine.get(f"/kasus/{case_id}")
    assert "&lt;b&gt;Melati&lt;/b&gt;" in page.text
    assert "P1" in mine.get(f"/penjangkauan/kasus/{case_id}").text


def test_a_person_of_another_number_cannot_be_linked(
    new_client: Browser, written: uuid.UUID, psychologist: StaffMember
) -> None:
    mine = signed_in(new_client(), psychologist)
    mine.submit(f"/kontak/{written}/ambil")
    assert mine.submit(f"/kontak/{written}/kasus", person_id=str(uuid.uuid4())).status_code == 422
    assert mine.submit(f"/kontak/{written}/kasus", person_id="null").status_code == 404


def test_the_same_number_finds_the_open_case(
    new_client: Browser, written: uuid.UUID, psychologist: StaffMember, twilio: Twilio, clock: MovedClock
) -> None:
    mine = signed_in(new_client(), psychologist)
    mine.submit(f"/kontak/{written}/ambil")
    mine.submit(f"/kontak/{written}/kasus", name="Melati")
    case_id = contact(written).case_id
    mine.submit(f"/kontak/{written}/selesai", outcome="counselling")
    twilio.message("Ini saya lagi.", channel="sms")
    advance_contacts(clock.now())
    db.session.rollback()
    again = db.session.scalars(select(Contact.id).where(Contact.channel == "sms")).one()
    assert contact(again).psychologist_id == psychologist.id
    page = mine.get(f"/kontak/{again}")
    assert "Melati" in page.text
    person = page.text.split('name="person_id" value="')[1].split('"')[0]
    mine.submit(f"/kontak/{again}/ambil")
    mine.submit(f"/kontak/{again}/kasus", person_id=person)
    assert contact(again).case_id == case_id


def test_a_promise_is_closed_with_an_outcome_and_a_reason_only(
    new_client: Browser, psychologist: StaffMember, twilio: Twilio
) -> None:
    call = twilio.voice()
    contact_id = db.session.scalars(select(Contact.id)).one()
    twilio.voice(call_sid=call.call_sid, path="/twilio/voice/status", CallStatus="completed")
    mine = signed_in(new_client(), psychologist)
    assert "Telepon kembali" in mine.get("/").text
    assert mine.submit(f"/kontak/{contact_id}/selesai", outcome="hang_up").status_code == 403, "it is not hers yet"
    assert mine.submit(f"/kontak/{contact_id}/telepon-kembali", outcome="reached").status_code == 422
    reason = "Ia sudah di rumah tantenya."
    assert mine.submit(f"/kontak/{contact_id}/telepon-kembali", outcome="reached", reason=reason).status_code == 303
    task = db.session.scalars(select(CallBackTask)).one()
    assert (task.outcome, task.done_by) == ("reached", psychologist.id)
    assert reason.encode() not in (task.reason_sealed or b"")
    assert mine.submit(f"/kontak/{contact_id}/selesai", outcome="hang_up").status_code == 303


def test_the_card_of_a_ringing_call(
    new_client: Browser, psychologist: StaffMember, twilio: Twilio, clock: MovedClock
) -> None:
    mine = signed_in(new_client(), psychologist)
    twilio.voice()
    contact_id = db.session.scalars(select(Contact.id)).one()
    assert "data-ringing" not in mine.get("/kartu").text
    clock.advance(4)
    advance_contacts(clock.now())
    db.session.rollback()
    assert "data-ringing" in mine.get("/kartu").text
    assert mine.submit(f"/kontak/{contact_id}/terima").status_code == 303
    assert contact(contact_id).psychologist_id == psychologist.id
    assert "data-ringing" not in mine.get("/kartu").text
    assert mine.submit(f"/kontak/{contact_id}/terima").status_code == 422, "it is not offered any more"


def test_administrators_edit_the_emergency_words(new_client: Browser, twilio: Twilio, clock: MovedClock) -> None:
    admin = signed_in(new_client(), make_staff("administrator"))
    assert admin.submit("/kata-darurat", phrase="ab").status_code == 422
    assert admin.submit("/kata-darurat", phrase="Kabur Malam").status_code == 303
    word = db.session.scalars(select(EmergencyWord).where(EmergencyWord.phrase == "kabur malam")).one()
    clock.advance(10)
    twilio.message("aku mau kabur  malam ini")
    assert db.session.scalars(select(Contact.risk)).one() == "emergency"
    assert admin.submit(f"/kata-darurat/{word.id}", active="0").status_code == 303
    clock.advance(10)
    twilio.message("kabur malam", sender="+6281290000008")
    risks = set(db.session.scalars(select(Contact.risk)))
    assert risks == {"emergency", None}
    assert db.session.scalars(select(Message)).first() is not None
