"""Every day the line calls itself. Nobody's telephone rings, nobody sees it, and the step that fails is named."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy import func, select

from config import Settings
from tesa.accounts.models import Notice
from tesa.continuity.actions.start_self_call import start_self_call
from tesa.continuity.jobs import prove_line
from tesa.continuity.models import SelfCall
from tesa.core.db import db
from tesa.core.errors import Conflict
from tesa.core.transactions import transaction
from tesa.intake.models import CallBackTask, Contact, Offer
from tesa.intake.public import contact_states, waiting_count
from tesa.telephony.gateway import PlaceCall
from tests.stories.line import QUEUE, Hotline
from tests.support.settings import make_settings
from tests.support.twilio import new_sid

OURS = "+622150000009"


@pytest.fixture
def settings(database_url: str, key_file: Path, tmp_path: Path) -> Settings:
    return make_settings(database_url, key_file, audit_dir=tmp_path / "audit", self_call_number=OURS)


class SelfTest:
    """The test call as Twilio carries it: two calls, four legs."""

    def __init__(self, hotline: Hotline) -> None:
        self.hotline, self.sid = hotline, new_sid("CA")

    @property
    def row(self) -> SelfCall:
        db.session.rollback()
        return db.session.scalars(
            select(SelfCall).order_by(SelfCall.started_at.desc()).execution_options(populate_existing=True)
        ).first()

    def tick(self, seconds: int = 1) -> None:
        for _ in range(seconds):
            self.hotline.clock.advance(1)
            prove_line(self.hotline.clock.now())
            self.hotline.tick()

    def post(self, url: str, sid: str, from_: str, to: str, **params: str) -> Element | None:
        form = {"CallStatus": "in-progress", **params}
        answer = self.hotline.twilio.post(url, CallSid=sid, From=from_, To=to, **form)
        assert answer.status_code in (200, 204), answer.data
        return fromstring(answer.data) if answer.data else None

    # -- the steps
    def placed(self) -> None:
        self.tick()
        call = self.hotline.gateway.calls[-1]
        assert (call.to, call.from_number) == (self.number, OURS)
        silence = self.post(call.url, new_sid("CA"), OURS, self.number)
        assert [verb.tag for verb in silence] == ["Pause", "Hangup"]

    @property
    def number(self) -> str:
        return self.hotline.twilio.settings.voice_number

    def received(self) -> None:
        document = self.post("/twilio/voice", self.sid, OURS, self.number, CallStatus="ringing")
        self.contact_id = uuid.UUID(document.find("Enqueue").attrib["waitUrl"].split("/")[-2])

    def queued(self) -> None:
        self.post(f"/twilio/voice/{self.contact_id}/wait", self.sid, OURS, self.number, QueueSid=QUEUE)
        self.tick()

    def rung(self) -> None:
        self.offer: PlaceCall = next(c for c in reversed(self.hotline.gateway.calls) if c.to == OURS)
        assert self.offer.from_number is None
        keys = self.post("/twilio/voice", new_sid("CA"), self.number, OURS, CallStatus="ringing")
        assert "1" in keys.find("Play").attrib["digits"]

    def accepted(self) -> None:
        self.leg = self.hotline.gateway.sid_of(OURS)
        self.post(self.offer.url, self.leg, self.number, OURS)
        room = self.post(self.offer.url + "/key", self.leg, self.number, OURS, Digits="1")
        self.tick()
        assert room.find("Dial/Conference") is not None

    def met(self) -> None:
        for label, sid in (("klien", self.sid), ("konselor-x", self.leg)):
            self.post(
                f"/twilio/room/{self.contact_id}/events", sid, "", "",
                StatusCallbackEvent="participant-join", ParticipantLabel=label,
            )  # fmt: skip
        self.tick()


STEPS = ("placed", "received", "queued", "rung", "accepted", "met")


@pytest.fixture
def test_call(hotline: Hotline) -> SelfTest:
    return SelfTest(hotline)


def nobody_was_disturbed(hotline: Hotline, contacts: int = 1) -> None:
    assert set(hotline.gateway.rung) <= {OURS, hotline.twilio.settings.voice_number}
    contact = db.session.scalars(select(Contact)).all()
    assert [(c.test, c.state, c.outcome) for c in contact] == [(True, "finalized", "test")] * contacts
    assert db.session.scalar(select(func.count()).select_from(CallBackTask)) == 0
    assert set(db.session.scalars(select(Offer.setting_number))) <= {-1}


def urgent_notices() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Notice).where(Notice.urgent)) or 0


def test_all_steps_are_seen_and_nobody_is_disturbed(hotline: Hotline, test_call: SelfTest) -> None:
    psychologist = hotline.psychologist()
    hotline.someone("coordinator", 3)
    for step in STEPS[:3]:
        getattr(test_call, step)()
    assert (waiting_count(), contact_states(hotline.clock.now())) == (0, [])
    for step in STEPS[3:]:
        getattr(test_call, step)()
    row = test_call.row
    assert (row.outcome, row.failed_step, row.cause) == ("succeeded", None, "daily")
    times = [getattr(row, f"{step}_at") for step in STEPS]
    assert all(times)
    assert times == sorted(times)
    test_call.tick(2)
    assert {row.call_sid, test_call.leg} <= set(hotline.gateway.ended), "all its legs end"
    nobody_was_disturbed(hotline)
    assert hotline.rings(psychologist.number) == 0
    assert urgent_notices() == 0
    hotline.clock.advance(3600)
    test_call.tick(2)
    assert len(hotline.gateway.calls) == 2, "the next one is tomorrow's"


@pytest.mark.parametrize("fails", STEPS)
def test_the_step_that_fails_is_named(hotline: Hotline, test_call: SelfTest, fails: str) -> None:
    hotline.psychologist()
    hotline.someone("coordinator", 3)
    if fails == "placed":
        hotline.gateway.refuse("21210")
        test_call.tick()
    for step in STEPS[: STEPS.index(fails)]:
        getattr(test_call, step)()
    hotline.clock.advance(60)
    test_call.tick(2)
    row = test_call.row
    assert (row.outcome, row.failed_step) == ("failed", fails)
    assert urgent_notices() == 1
    if row.contact_id:
        nobody_was_disturbed(hotline)
    assert test_call.hotline.gateway.messages, "the telephone of the coordinator says that something is to be seen"
    # Until the line is well again it is tried every quarter of an hour, and nobody is told anew.
    hotline.clock.advance(15 * 60)
    test_call.tick()
    hotline.clock.advance(60)
    test_call.tick()
    assert test_call.row.id != row.id
    assert urgent_notices() == 1


def test_the_talk_breaks_off_before_both_were_seen(hotline: Hotline, test_call: SelfTest) -> None:
    for step in STEPS[:5]:
        getattr(test_call, step)()
    test_call.post(f"/twilio/voice/{test_call.contact_id}/join", test_call.sid, OURS, test_call.number)
    test_call.post("/twilio/voice/status", test_call.sid, OURS, test_call.number, CallStatus="completed")
    nobody_was_disturbed(hotline)
    test_call.tick()
    assert (test_call.row.outcome, test_call.row.failed_step) == ("failed", "met")


def test_its_own_leg_is_never_connected(hotline: Hotline, test_call: SelfTest) -> None:
    test_call.tick()
    call = hotline.gateway.calls[-1]
    test_call.post(call.status_url, hotline.gateway.sid_of(call.to), OURS, call.to, CallStatus="failed")
    row = test_call.row
    assert (row.outcome, row.failed_step, row.error) == ("failed", "received", "failed")


def test_a_stranger_who_shows_our_second_number_is_a_caller(hotline: Hotline, test_call: SelfTest) -> None:
    psychologist = hotline.psychologist()
    for step in STEPS:
        getattr(test_call, step)()
    caller = hotline.calls(OURS)  # no test runs
    hotline.pass_seconds(10)
    assert not hotline.contact(caller).test
    assert hotline.rings(psychologist.number) == 1
    # While one runs, the first such call is the test's, any other is a caller; and so is whoever calls that number.
    hotline.clock.advance(24 * 3600)
    test_call.sid = new_sid("CA")
    test_call.placed()
    test_call.received()
    assert not hotline.contact(hotline.calls(OURS)).test
    other = hotline.twilio.voice("+6281290000077", To=OURS)
    assert fromstring(other.data).find("Enqueue") is not None


def test_a_webhook_that_comes_twice_changes_nothing(hotline: Hotline, test_call: SelfTest) -> None:
    for step in STEPS[:2]:
        getattr(test_call, step)()
    first = test_call.contact_id
    test_call.received()
    assert test_call.contact_id == first
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 1


def test_one_at_a_time(hotline: Hotline, test_call: SelfTest) -> None:
    test_call.tick()
    with pytest.raises(Conflict), transaction():
        start_self_call("page", None, hotline.clock.now())


def test_without_the_setting_nothing_is_tested(hotline: Hotline, test_call: SelfTest) -> None:
    hotline.app.extensions["tesa_settings"] = replace(hotline.twilio.settings, self_call_number=None)
    test_call.tick(3)
    assert hotline.gateway.calls == []
