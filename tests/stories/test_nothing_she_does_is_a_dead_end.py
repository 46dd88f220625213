"""Whatever a frightened person presses, or does not press: each document leads on, or her choice has a promise behind it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tesa.core.db import db
from tesa.intake.models import CallBackTask, Contact
from tesa.telephony.outbox import outbox
from tests.stories.line import QUEUE, Hotline, Someone
from tests.support.twilio import new_sid

PASSES = {"Say", "Play", "Pause"}
EXAMPLES = 15
HANGS_UP, ANSWERED = "hangs up", "answered"
DOES = st.lists(
    st.one_of(
        st.sampled_from("0123456789*#"),
        st.sampled_from("0129"),
        st.just(""),  # she lets the question pass, or says nothing after the tone
        st.sampled_from([HANGS_UP, ANSWERED]),
    ),
    max_size=14,
)


class HungUp(Exception):
    """She has hung up."""


@dataclass
class Phone:
    """Her telephone, and Twilio between it and us: it follows each document to its end."""

    hotline: Hotline
    number: str
    psychologist: Someone
    does: Iterator[str]
    sid: str = field(default_factory=lambda: new_sid("CA"))
    queue_action: str = ""
    wait_url: str = ""
    waits: bool = False
    talks: bool = False
    trail: list[str] = field(default_factory=list)

    @property
    def contact_id(self) -> uuid.UUID:
        return uuid.UUID(self.wait_url.split("/")[-2])

    def calls(self) -> None:
        """The whole call, from the first ring to its end."""
        where: str | None = "/twilio/voice"
        params: dict[str, str] = {"CallStatus": "ringing"}
        try:
            for _ in range(60):
                found = self.plays(self.post(where or self.wait_url, **params))
                if found is None:
                    assert self.waits, f"a document ends and nothing follows: {self.trail}"
                    found = (self.wait_url, {})
                where, params = found
                if not where:
                    return
        except HungUp:
            pass
        finally:
            if self.waits:  # also when she waits longer than we look at
                self.post(self.queue_action, QueueResult="hangup")
            self.hotline.twilio.voice(self.number, self.sid, "/twilio/voice/status", CallStatus="completed")

    def post(self, url: str, **params: str) -> Element:
        self.hotline.clock.advance(4)
        form = {"CallStatus": "in-progress", **({"QueueSid": QUEUE} if self.waits else {}), **params}
        self.trail.append(f"{url.rsplit('/', 1)[-1]} {params}")
        response = self.hotline.twilio.voice(self.number, self.sid, url, **form)
        assert response.status_code == 200, response.data
        return fromstring(response.data) if response.data else Element("Response")

    def step(self) -> str:
        """What she does next; a psychologist may accept her meanwhile."""
        does = next(self.does, HANGS_UP)
        if does == ANSWERED and self.waits and not self.talks:
            self.is_accepted()
            return self.step()
        if does == HANGS_UP:
            raise HungUp
        return "" if does == ANSWERED else does

    def is_accepted(self) -> None:
        """The worker rings, the psychologist accepts. Twilio takes the caller out of the queue a moment later."""
        self.hotline.tick()
        if self.psychologist.number in self.hotline.gateway.rung:
            self.hotline.picks_up(self.psychologist)
            self.hotline.presses(self.psychologist)

    def plays(self, document: Element) -> tuple[str, dict[str, str]] | None:
        """One document: where it leads, ("", {}) when the call is over, None when it just ends."""
        for verb in document:
            tag = verb.tag
            if tag in PASSES:
                continue
            if tag == "Gather":
                key = self.step()
                if key:
                    return verb.attrib["action"], {"Digits": key}
            elif tag == "Record":
                if self.step():
                    return verb.attrib["action"], {"RecordingDuration": "3"}
            elif tag == "Redirect":
                return (verb.text or "").strip(), {}
            elif tag == "Enqueue":
                self.waits, self.wait_url, self.queue_action = True, verb.attrib["waitUrl"], verb.attrib["action"]
                return self.wait_url, {}
            elif tag == "Leave":
                self.waits = False
                return self.queue_action, {"QueueResult": "leave", "QueueSid": QUEUE}
            elif tag == "Dial":
                self.talks, self.waits = True, False
                return "", {}
            elif tag == "Hangup":
                self.waits = False
                self.ends_by_us()
                return "", {}
            else:
                raise AssertionError(tag)
        return self.fetched() if self.waits else None

    def fetched(self) -> tuple[str, dict[str, str]] | None:
        """Between two documents: is she to be taken out of the queue?"""
        self.hotline.gateway.forget()
        outbox().deliver_due(self.hotline.clock.now())
        led = [r for r in self.hotline.gateway.led if r.call_sid == self.sid]
        if led:
            self.waits = False
            return led[0].url, {}
        return None

    def ends_by_us(self) -> None:
        """We say goodbye: only when she chose it, and then somebody owes her a call."""
        contact = self.contact()
        assert contact.wants in ("call_back", "message"), self.trail
        assert self.promise() is not None, self.trail

    def contact(self) -> Contact:
        db.session.rollback()
        return db.session.get_one(Contact, self.contact_id, populate_existing=True)

    def promise(self) -> CallBackTask | None:
        query = select(CallBackTask).where(CallBackTask.contact_id == self.contact_id, CallBackTask.done_at.is_(None))
        return db.session.scalar(query)


def test_every_way_leads_on(hotline: Hotline) -> None:
    psychologist = hotline.psychologist()
    numbers = iter(range(10000))

    @settings(
        max_examples=EXAMPLES,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.explicit, Phase.generate],
    )
    @given(does=DOES, withheld=st.booleans())
    @example(does=["2", ANSWERED, ""], withheld=False)  # accepted while she chose to be called back
    @example(does=["9", "", "", HANGS_UP], withheld=True)
    def follow(does: list[str], withheld: bool) -> None:
        number = "anonymous" if withheld else f"+62812910{next(numbers):05d}"
        phone = Phone(hotline, number, psychologist, iter(does))
        phone.calls()
        contact = phone.contact()
        left_to_us = contact.state == "call_back" and phone.promise() is not None
        talked = phone.talks and contact.state in ("to_record", "in_progress")
        nobody_to_call = contact.outcome == "hang_up" and (withheld or contact.safe_to_call == "no")
        assert left_to_us or talked or nobody_to_call, (contact.state, phone.trail)
        hotline.gateway.forget()

    follow()
