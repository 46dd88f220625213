"""She leaves a message at night: it is fetched, sealed, deleted at Twilio, heard, and she is called back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy import select

from tesa.accounts.models import AuditEntry
from tesa.accounts.public import member
from tesa.cases.actions.set_safe_contact import set_safe_contact
from tesa.cases.rules.safe_contact import Answer, Hours, SafeAnswers
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault.models import DataKeyRow
from tesa.intake.actions.link_case import link_case
from tesa.intake.actions.shred_contact import shred_contact
from tesa.intake.file_models import SealedChunk, SealedFile
from tesa.intake.models import ContactEvent, Offer
from tesa.intake.queries import locked
from tesa.intake.rules.files import LEASE
from tesa.intake.rules.promises import HEARD_WITHIN, spoken_minutes
from tesa.telephony.gateway import DeleteRecording, PlaceCall
from tesa.telephony.media import NotReady
from tesa.telephony.outbox import outbox
from tests.stories.line import Caller, Hotline, Someone, said
from tests.support.client import OutsideClient
from tests.support.fake_media import FakeMedia
from tests.support.people import signed_in
from tests.support.twilio import new_sid

Browser = Callable[[], OutsideClient]
SOUND = bytes(range(256)) * 1000  # four chunks


def leaves_message(hotline: Hotline, media: FakeMedia, may: str = "1", ready: bool = True) -> Caller:
    caller = hotline.calls()
    hotline.keys(caller, "9")
    question = hotline.leaves_queue(caller, "leave")
    assert question.find("Gather").attrib["action"].endswith("/may")
    hotline.keys(caller, may, "may")
    sid = new_sid("RE")
    url = f"https://api.twilio.com/2010-04-01/Accounts/{hotline.twilio.settings.twilio_account_sid}/Recordings/{sid}"
    report = {"RecordingSid": sid, "RecordingUrl": url, "RecordingDuration": "12"}
    if ready:
        media.files[url] = SOUND
    hotline._of(caller, "recorded", Digits="hangup", CallStatus="completed", **report)
    hotline.twilio.voice(
        caller.number, caller.sid, f"/twilio/voice/{caller.contact_id}/voicemail", RecordingStatus="completed", **report
    )
    return caller


def events(caller: Caller) -> list[str]:
    db.session.rollback()
    query = select(ContactEvent.code).where(ContactEvent.contact_id == caller.contact_id).order_by(ContactEvent.at)
    return list(db.session.scalars(query))


def the_file() -> SealedFile:
    db.session.rollback()
    return db.session.scalars(select(SealedFile).execution_options(populate_existing=True)).one()


def page_of(browser: OutsideClient, caller: Caller) -> str:
    return browser.get(f"/kontak/{caller.contact_id}").text


def test_the_promise_names_the_time_of_the_ladder(hotline: Hotline) -> None:
    hotline.psychologist()
    caller = hotline.calls()
    hotline.keys(caller, "9")
    document = hotline.leaves_queue(caller, "leave")
    assert f"dalam {spoken_minutes(HEARD_WITHIN)} menit" in said(document)
    task = hotline.task(caller)
    assert task is not None, "the promise stands before she has said a word"
    assert hotline.contact(caller).state == "call_back"
    record = document.find("Record")
    assert record.attrib["recordingStatusCallback"].endswith("/voicemail")


def test_a_message_is_fetched_sealed_and_deleted_at_twilio_once(hotline: Hotline, media: FakeMedia) -> None:
    hotline.psychologist()
    leaves_message(hotline, media, ready=False)
    hotline.tick()
    file = the_file()
    assert (file.state, file.error, file.tries) == ("fetching", "HTTP 404", 1), "not written yet: tried again"
    assert not [r for r in hotline.gateway.requests if isinstance(r, DeleteRecording)]
    media.files[media.asked[0]] = SOUND
    media.breaks_after = 150_000, NotReady("broke-off")
    hotline.pass_seconds(2)
    assert the_file().state == "fetching"
    media.breaks_after = 150_000, SystemExit()  # the worker is killed half-way: its lease runs out
    with pytest.raises(SystemExit):
        hotline.pass_seconds(5)
    hotline.pass_seconds(20)
    assert (the_file().state, the_file().tries) == ("fetching", 3)
    hotline.clock.advance(LEASE.seconds)
    hotline.tick()
    file = the_file()
    assert (file.state, file.size, file.chunks, file.content_type) == (
        "deleted_at_provider",
        len(SOUND),
        4,
        "audio/wav",
    )
    assert file.reference_sealed is None
    assert len([r for r in hotline.gateway.requests if isinstance(r, DeleteRecording)]) == 1
    blobs = db.session.scalars(select(SealedChunk.body_sealed)).all()
    assert len(blobs) == 4, "what broke off left nothing behind"
    assert all(SOUND[:64] not in blob for blob in blobs)


def test_it_is_heard_by_her_who_takes_it_and_by_nobody_else(
    hotline: Hotline, media: FakeMedia, new_client: Browser
) -> None:
    one, other = hotline.psychologist(), hotline.psychologist()
    caller = leaves_message(hotline, media)
    hotline.tick()
    sound = f"/kontak/{caller.contact_id}/suara/{the_file().id}"
    mine, hers = (signed_in(new_client(), person) for person in (one, other))
    assert mine.get(sound).status_code == 404
    assert sound not in page_of(mine, caller)
    assert mine.submit(f"/kontak/{caller.contact_id}/janji").status_code == 303
    assert hers.get(sound).status_code == 404
    assert f'src="{sound}"' in page_of(mine, caller)
    assert mine.get(sound).data == SOUND
    part = mine.get(sound, headers={"Range": "bytes=65000-131100"})
    assert (part.status_code, part.data) == (206, SOUND[65000:131101])
    assert part.headers["Content-Range"] == f"bytes 65000-131100/{len(SOUND)}"
    assert (part.headers["Cache-Control"], part.headers["Content-Type"]) == ("no-store", "audio/wav")
    assert mine.get(sound, headers={"Range": f"bytes={len(SOUND)}-"}).status_code == 416
    entries = db.session.scalars(select(AuditEntry.object_id).where(AuditEntry.act == "contact.words")).all()
    assert list(entries) == [the_file().id], "one hearing, one entry"
    mine.submit(sound + "/didengar")
    assert (the_file().heard_by, "voicemail_heard" in events(caller)) == (one.id, True)


def call_to(hotline: Hotline, number: str) -> PlaceCall:
    return next(c for c in reversed(hotline.gateway.calls) if c.to == number)


def presses_call(hotline: Hotline, browser: OutsideClient, person: Someone, caller: Caller) -> tuple[PlaceCall, str]:
    """Her own phone rings, she presses 1, and the caller's phone rings: that call, and her own document."""
    assert browser.submit(f"/kontak/{caller.contact_id}/telepon").status_code == 303
    outbox().deliver_due(hotline.clock.now())
    document = hotline.presses(person)
    outbox().deliver_due(hotline.clock.now())
    return call_to(hotline, caller.number), document.find("Dial/Conference").attrib["participantLabel"]


def leg(hotline: Hotline, call: PlaceCall, path: str, sid: str, **params: str):
    response = hotline.twilio.post(path if path.startswith("http") else call.url + path, CallSid=sid, **params)
    return fromstring(response.data) if response.data else None


def test_she_is_called_back_and_the_talk_is_a_talk(hotline: Hotline, media: FakeMedia, new_client: Browser) -> None:
    person = hotline.psychologist()
    caller = leaves_message(hotline, media)
    hotline.tick()
    mine = signed_in(new_client(), person)
    call, label = presses_call(hotline, mine, person, caller)
    assert (label.startswith("konselor-"), call.ring_seconds) == (True, 15)
    sid = hotline.gateway.sid_of(caller.number)
    question = leg(hotline, call, "", sid, CallStatus="in-progress")
    assert "TeSA" not in said(question)
    room = leg(hotline, call, question.find("Gather").attrib["action"], sid, Digits="1", CallStatus="in-progress")
    assert room.find("Dial/Conference").attrib["participantLabel"] == "klien"
    assert hotline.contact(caller).state == "in_progress"
    refused = mine.submit(f"/kontak/{caller.contact_id}/telepon-kembali", outcome="reached", reason="sudah bicara")
    assert refused.status_code == 422, "they are still talking"
    leg(hotline, call, call.status_url, sid, CallStatus="completed")
    assert hotline.contact(caller).state == "to_record"
    assert hotline.task(caller).done_at is None, "a person says how it ended"
    mine.submit(f"/kontak/{caller.contact_id}/telepon-kembali", outcome="reached", reason="sudah bicara")
    assert hotline.task(caller).outcome == "reached"


def test_nobody_picks_up_three_times(hotline: Hotline, media: FakeMedia, new_client: Browser) -> None:
    person, boss = hotline.psychologist(), hotline.someone("coordinator", None)
    caller = leaves_message(hotline, media)
    hotline.tick()
    mine = signed_in(new_client(), person)
    for tries in (1, 2, 3):
        call, _ = presses_call(hotline, mine, person, caller)
        leg(hotline, call, call.status_url, hotline.gateway.sid_of(caller.number), CallStatus="no-answer")
        task = hotline.task(caller)
        assert (task.tries, hotline.contact(caller).state) == (tries, "call_back")
        assert task.due_at > hotline.clock.now()
        close = {"outcome": "given_up", "reason": "tidak diangkat"}
        answer = mine.submit(f"/kontak/{caller.contact_id}/telepon-kembali", **close)
        assert answer.status_code == (303 if tries == 3 else 422)
        hotline.clock.advance(600)
    assert hotline.task(caller).outcome == "given_up"
    assert "Seseorang belum terhubung" in signed_in(new_client(), boss).get("/pemberitahuan").text


@pytest.mark.parametrize("may", ["2", "1"])
def test_where_her_plan_forbids_it_nobody_dials(
    hotline: Hotline, media: FakeMedia, new_client: Browser, may: str
) -> None:
    person = hotline.psychologist()
    caller = leaves_message(hotline, media, may)
    hotline.tick()
    mine = signed_in(new_client(), person)
    if may == "1":  # she said yes tonight, but a no in her plan is a no
        with transaction():
            contact = locked(caller.contact_id)
            contact.psychologist_id = person.id
            case_id = link_case(contact, None, "", person.id, hotline.clock.now())
            set_safe_contact(case_id, SafeAnswers(to_call=Answer.NO), member(person.id), hotline.clock.now())
    before = len(hotline.gateway.calls)
    answer = mine.submit(f"/kontak/{caller.contact_id}/telepon")
    assert (answer.status_code, len(hotline.gateway.calls)) == (409, before)
    mine.submit(f"/kontak/{caller.contact_id}/telepon-kembali", outcome="not_safe", reason="tidak aman baginya")
    assert hotline.task(caller).outcome == "not_safe"
    assert not [r for r in hotline.gateway.messages if r.to == caller.number], "nothing is ever sent to her"


def told(caller: Caller) -> list[tuple[object, int | None]]:
    db.session.rollback()
    query = select(Offer).where(Offer.contact_id == caller.contact_id, Offer.kind == "promise")
    return [(o.account_id, o.setting_number) for o in db.session.scalars(query.order_by(Offer.offered_at, Offer.tier))]


def test_outside_her_hours_the_promise_waits_for_them(hotline: Hotline) -> None:
    person = hotline.psychologist()
    caller = hotline.calls()
    with transaction():
        contact = locked(caller.contact_id)
        contact.psychologist_id = person.id
        case_id = link_case(contact, None, "", person.id, hotline.clock.now())
        local = hotline.clock.now().astimezone(hotline.twilio.settings.time_zone)
        later = (local.replace(minute=0)).time().replace(hour=(local.hour + 2) % 24)
        hours = Hours(later, later.replace(hour=(later.hour + 1) % 24))
        set_safe_contact(
            case_id, SafeAnswers(to_call=Answer.YES, between=hours), member(person.id), hotline.clock.now()
        )
    hotline.hangs_up(caller)
    hotline.tick()
    task = hotline.task(caller)
    assert told(caller) == []
    assert task.next_step_at.astimezone(hotline.twilio.settings.time_zone).time() == later


def test_when_she_calls_again_a_person_decides(hotline: Hotline, new_client: Browser) -> None:
    person = hotline.psychologist()
    first = hotline.calls()
    hotline.hangs_up(first)
    hotline.tick()
    hotline.clock.advance(5)
    again = hotline.calls(first.number)
    hotline.clock.advance(300)
    hotline.waits(again)
    hotline.tick()
    task = hotline.task(first)
    assert (task.again_id, task.done_at, task.assigned_id) == (again.contact_id, None, None)
    hotline.answers(person, again)
    hotline.caller_status(again, "completed")
    hotline.clock.advance(70)
    hotline.tick()
    assert hotline.task(first).done_at is None, "the number may be shared: nobody but a person knows"
    mine = signed_in(new_client(), person)
    mine.submit(f"/kontak/{first.contact_id}/janji")
    assert f"/kontak/{again.contact_id}" in page_of(mine, first)
    mine.submit(f"/kontak/{first.contact_id}/telepon-kembali", outcome="called_again", reason="sudah dijawab")
    assert hotline.task(first).outcome == "called_again"


def test_who_calls_back_is_rung_for_nobody_else_meanwhile(
    hotline: Hotline, media: FakeMedia, new_client: Browser
) -> None:
    person = hotline.psychologist()
    caller = leaves_message(hotline, media)
    hotline.tick()
    mine = signed_in(new_client(), person)
    assert mine.submit(f"/kontak/{caller.contact_id}/telepon").status_code == 303
    other = hotline.calls("+6281290000077")
    hotline.pass_seconds(6)
    assert hotline.rings(person.number) == 1, "for her call back, and not for the new caller"
    hotline.leg_status(person, "no-answer")
    hotline.pass_seconds(15)
    assert hotline.rings(person.number) == 2, "she did not pick up, so that she is free again"
    hotline.answers(person, other)
    assert mine.submit(f"/kontak/{caller.contact_id}/telepon").status_code == 409


def test_whoever_calls_back_and_hangs_up_stops_the_other_phone(
    hotline: Hotline, media: FakeMedia, new_client: Browser
) -> None:
    person = hotline.psychologist()
    caller = leaves_message(hotline, media)
    hotline.tick()
    mine = signed_in(new_client(), person)
    call, _ = presses_call(hotline, mine, person, caller)
    hotline.leg_status(person, "completed")
    outbox().deliver_due(hotline.clock.now())
    sid = hotline.gateway.sid_of(caller.number)
    assert hotline.gateway.ended == [sid]
    assert (hotline.contact(caller).state, hotline.task(caller).tries) == ("call_back", 0)
    late = leg(hotline, call, call.url.removesuffix("/she") + "/yes", sid, Digits="1", CallStatus="in-progress")
    assert [verb.tag for verb in late] == ["Hangup"], "her key comes too late"
    leg(hotline, call, call.status_url, sid, CallStatus="completed")
    assert hotline.task(caller).tries == 0


def test_a_called_back_talk_that_breaks_off_brings_her_back_first(
    hotline: Hotline, media: FakeMedia, new_client: Browser
) -> None:
    person = hotline.psychologist()
    caller = leaves_message(hotline, media)
    hotline.tick()
    mine = signed_in(new_client(), person)
    call, _ = presses_call(hotline, mine, person, caller)
    sid = hotline.gateway.sid_of(caller.number)
    question = leg(hotline, call, "", sid, CallStatus="in-progress")
    leg(hotline, call, question.find("Gather").attrib["action"], sid, Digits="1", CallStatus="in-progress")
    hotline.leg_status(person, "completed")
    hotline.tick()
    assert hotline.contact(caller).state == "waiting"
    leg(hotline, call, call.status_url, sid, CallStatus="completed")
    assert (hotline.contact(caller).state, hotline.task(caller).done_at) == ("call_back", None)
    again = hotline.twilio.voice(caller.number, caller.sid)
    assert str(caller.contact_id) in again.text, "the first webhook of her own call, once more, opens nothing"


def test_what_was_left_is_destroyed_with_its_contact(hotline: Hotline, media: FakeMedia, new_client: Browser) -> None:
    person = hotline.psychologist()
    caller = leaves_message(hotline, media)
    hotline.tick()
    mine = signed_in(new_client(), person)
    mine.submit(f"/kontak/{caller.contact_id}/janji")
    mine.submit(f"/kontak/{caller.contact_id}/telepon-kembali", outcome="refused", reason="tidak ingin")
    mine.submit(f"/kontak/{caller.contact_id}/selesai", outcome="information_only")
    hotline.clock.advance(3600)
    with transaction():
        shred_contact(caller.contact_id, "retention", None, hotline.clock.now())
    file = the_file()
    assert file.state == "destroyed"
    assert db.session.scalars(select(SealedChunk.id)).all() == []
    assert set(db.session.scalars(select(DataKeyRow.wrapped).where(DataKeyRow.owner == file.id))) == {b""}
