"""Recording: two persons turn it on, the caller agrees by key, and may take it back in the talk and afterwards."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import select

from tesa.accounts.models import Proposal
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.core.vault.models import DataKeyRow
from tesa.intake.file_models import RecordingSwitch, SealedChunk, SealedFile
from tesa.telephony.gateway import DeleteRecording, StopRecording
from tests.stories.line import Caller, Hotline, Someone
from tests.support.client import OutsideClient
from tests.support.fake_media import FakeMedia
from tests.support.people import signed_in
from tests.support.twilio import new_sid

Browser = Callable[[], OutsideClient]
ROOM = "CF" + "b" * 32
WHY = "Untuk pelatihan petugas baru, disepakati rapat bulan ini."


@pytest.fixture
def psychologist(hotline: Hotline) -> Someone:
    return hotline.psychologist()


@pytest.fixture
def switched_on(hotline: Hotline, psychologist: Someone) -> None:
    with transaction():
        db.session.add(
            RecordingSwitch(
                id=new_id(), turned_on=True, at=hotline.clock.now(), proposed_by=psychologist.id,
                approved_by=psychologist.id,
            )
        )  # fmt: skip


def meets(
    hotline: Hotline, psychologist: Someone, key: str | None, order: str = "left later"
) -> tuple[Caller, Element, Element]:
    """A call is accepted; the caller answers the question with `key` (None: silence): her two documents."""
    caller = hotline.calls()
    hotline.pass_seconds(4)
    hotline.picks_up(psychologist)
    assert "record" not in hotline.presses(psychologist).find("Dial/Conference").attrib
    hotline.tick()
    if order == "left first":
        hotline.leaves_queue(caller, "redirected")
    first = hotline.joins(caller)
    if order == "left later":
        hotline.leaves_queue(caller, "redirected")
    if first.find("Gather") is None:
        return caller, first, first
    return caller, first, hotline.keys(caller, key, "consent") if key else hotline.joins(caller)


def reports(hotline: Hotline, media: FakeMedia, caller: Caller) -> str:
    """Twilio reports that the recording of the talk is ready."""
    sid = new_sid("RE")
    url = f"https://api.twilio.com/2010-04-01/Accounts/{hotline.twilio.settings.twilio_account_sid}/Recordings/{sid}"
    media.files[url + ".mp3"] = b"sound" * 30_000
    hotline.twilio.post(
        f"/twilio/voice/{caller.contact_id}/recording", RecordingSid=sid, RecordingUrl=url, ConferenceSid=ROOM,
        RecordingStatus="completed", RecordingDuration="60",
    )  # fmt: skip
    hotline.tick()
    return sid


def the_file() -> SealedFile:
    db.session.rollback()
    return db.session.scalars(select(SealedFile).execution_options(populate_existing=True)).one()


def deleted(hotline: Hotline) -> list[str]:
    return [r.recording_sid for r in hotline.gateway.requests if isinstance(r, DeleteRecording)]


def test_it_is_off_until_two_persons_turn_it_on(hotline: Hotline, psychologist: Someone, new_client: Browser) -> None:
    _, document, _ = meets(hotline, psychologist, None)
    assert document.find("Gather") is None
    assert "record" not in document.find("Dial/Conference").attrib
    admin = signed_in(new_client(), hotline.someone("administrator", None))
    boss = signed_in(new_client(), hotline.someone("coordinator", None))
    assert admin.submit("/perekaman", why=WHY).status_code == 303
    assert "mati" in admin.get("/perekaman").text
    assert db.session.scalar(select(RecordingSwitch.id)) is None
    proposal = db.session.scalars(select(Proposal.id)).one()
    assert boss.submit(f"/persetujuan/{proposal}/setujui", words="").status_code in (302, 303)
    db.session.rollback()
    assert db.session.scalars(select(RecordingSwitch.turned_on)).all() == [True]
    assert "Perekaman percakapan kini menyala" in signed_in(new_client(), psychologist).get("/pemberitahuan").text
    assert admin.submit("/perekaman/berhenti").status_code == 303
    db.session.rollback()
    assert sorted(db.session.scalars(select(RecordingSwitch.turned_on))) == [False, True]


@pytest.mark.parametrize("key", ["2", None, "7"])
@pytest.mark.usefixtures("switched_on")
def test_no_and_silence_are_not_recorded(
    hotline: Hotline, psychologist: Someone, media: FakeMedia, key: str | None
) -> None:
    caller, question, room = meets(hotline, psychologist, key)
    assert question.find("Gather").attrib["action"].endswith("/consent")
    assert "record" not in room.find("Dial/Conference").attrib
    assert hotline.contact(caller).recording_consent == "no"
    sid = reports(hotline, media, caller)  # somebody turned recording on at Twilio's console
    assert (the_file().state, media.asked, deleted(hotline)) == ("destroyed", [], [sid])


@pytest.mark.usefixtures("switched_on")
def test_in_an_emergency_nobody_is_asked(hotline: Hotline, psychologist: Someone) -> None:
    caller = hotline.calls()
    hotline.keys(caller, "0")
    hotline.pass_seconds(4)
    hotline.answers(psychologist, caller)
    assert hotline.contact(caller).recording_consent is None


@pytest.mark.parametrize("order", ["left first", "left later", "left never"])
@pytest.mark.usefixtures("switched_on")
def test_her_answer_counts_in_whatever_order_twilio_tells(hotline: Hotline, psychologist: Someone, order: str) -> None:
    caller, _, room = meets(hotline, psychologist, "1", order)
    assert "record" in room.find("Dial/Conference").attrib
    assert hotline.contact(caller).recording_consent == "yes"


@pytest.mark.usefixtures("switched_on")
def test_with_consent_it_is_recorded_fetched_heard_and_destroyed_when_withdrawn(
    hotline: Hotline, psychologist: Someone, media: FakeMedia, new_client: Browser
) -> None:
    caller, _, room = meets(hotline, psychologist, "1")
    conference = room.find("Dial/Conference")
    assert conference.attrib["record"] == "record-from-start"
    assert conference.attrib["recordingStatusCallback"].endswith(f"/{caller.contact_id}/recording")
    hotline.caller_status(caller, "completed")
    sid = reports(hotline, media, caller)
    file = the_file()
    assert (file.state, file.kind, deleted(hotline)) == ("deleted_at_provider", "recording", [sid])
    mine = signed_in(new_client(), psychologist)
    sound = f"/kontak/{caller.contact_id}/suara/{file.id}"
    assert mine.get(sound).data == b"sound" * 30_000
    assert mine.submit(f"/kontak/{caller.contact_id}/rekaman/tarik").status_code == 303
    assert (the_file().state, hotline.contact(caller).recording_consent) == ("destroyed", "withdrawn")
    assert mine.get(sound).status_code == 404
    assert db.session.scalars(select(SealedChunk.id)).all() == []
    keys = db.session.scalars(select(DataKeyRow.wrapped).where(DataKeyRow.owner == file.id)).all()
    assert keys, "there was a key of its own"
    assert set(keys) == {b""}, "and it is gone"
    assert mine.submit(f"/kontak/{caller.contact_id}/rekaman/tarik").status_code == 409


@pytest.mark.usefixtures("switched_on")
def test_withdrawn_in_the_talk_it_stops_and_what_comes_is_destroyed(
    hotline: Hotline, psychologist: Someone, media: FakeMedia, new_client: Browser
) -> None:
    caller, _, room = meets(hotline, psychologist, "1")
    name = room.find("Dial/Conference").text
    hotline.twilio.post(
        f"/twilio/room/{caller.contact_id}/events", ConferenceSid=ROOM, FriendlyName=name, CallSid=caller.sid,
        StatusCallbackEvent="participant-join", ParticipantLabel="klien",
    )  # fmt: skip
    mine = signed_in(new_client(), psychologist)
    mine.submit(f"/kontak/{caller.contact_id}/rekaman/tarik")
    hotline.tick()
    assert [r.room_sid for r in hotline.gateway.requests if isinstance(r, StopRecording)] == [ROOM]
    assert hotline.contact(caller).state == "in_progress", "they go on talking"
    sid = reports(hotline, media, caller)
    assert (the_file().state, media.asked, deleted(hotline)) == ("destroyed", [], [sid])
