"""A talk on the hotline of a story: conferences, lines that come and go, keys on a psychologist's telephone."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from sqlalchemy import select

from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.intake.models import Contact, ContactEvent
from tesa.intake.queries import locked
from tesa.intake.talk_models import TalkLeg
from tesa.intake.talk_queries import legs_of
from tesa.telephony.gateway import ChangeParticipant, Request
from tests.stories.line import Caller, Hotline, Someone

ROOM = "CF" + "c" * 32


class Talk:
    """One talk: a caller, her psychologist, and whoever else comes."""

    def __init__(self, hotline: Hotline, first: Someone) -> None:
        self.line, self.first = hotline, first
        self.caller: Caller = hotline.calls()
        hotline.pass_seconds(4)
        hotline.answers(first, self.caller)
        for person in ("klien", f"konselor-{self.contact().taken_offer_id}"):
            self.event("participant-join", label=person)
        self.start = len(hotline.gateway.requests)

    def contact(self) -> Contact:
        return self.line.contact(self.caller)

    def locked(self) -> Contact:
        """Inside a transaction."""
        contact = locked(self.caller.contact_id)
        assert contact is not None
        return contact

    def legs(self) -> list[TalkLeg]:
        db.session.rollback()
        return list(legs_of(self.caller.contact_id))

    def leg(self, kind: str) -> TalkLeg:
        return next(leg for leg in reversed(self.legs()) if leg.kind == kind)

    def event(self, event: str, label: str = "", **more: str) -> None:
        """An event of the conference."""
        form = {"ConferenceSid": ROOM, "StatusCallbackEvent": event, "CallSid": self.sid_of(label), **more}
        if label:
            form["ParticipantLabel"] = label
        self.line.twilio.post(f"/twilio/room/{self.caller.contact_id}/events", **form)
        self.line.tick()

    def sid_of(self, label: str) -> str:
        return next((leg.call_sid or "" for leg in self.legs() if leg.label == label), "")

    def at_leg(self, leg: TalkLeg, path: str, **params: str) -> Element | None:
        """A request about somebody's line."""
        params = {"CallStatus": "in-progress", "CallSid": leg.call_sid or "CA" + "9" * 32, **params}
        response = self.line.twilio.post(f"/twilio/leg/{leg.token}/{path}".rstrip("/"), From="+62", To="+62", **params)
        assert response.status_code in (200, 204), response.data
        self.line.tick()
        return fromstring(response.data) if response.data else None

    def presses_star(self) -> Element | None:
        """The psychologist's * leads her out, to the spoken menu."""
        leg = self.leg("psychologist")
        out = self.at_leg(leg, "after", DialCallStatus="answered")
        assert out is not None
        assert out.find("Redirect") is not None
        return self.at_leg(leg, "menu")

    def chooses(self, key: str) -> Element | None:
        """A key of the menu."""
        return self.at_leg(self.leg("psychologist"), "choose", Digits=key)

    def does(self, act, *args: object) -> object:
        """What a page does, in its transaction; then the worker ticks."""
        with transaction():
            given = act(self.locked(), *args, self.line.clock.now())
        self.line.tick()
        return given

    def drops(self, person: Someone) -> None:
        """Her telephone loses the connection."""
        self.line.leg_status(person, "completed", 4)
        self.line.tick()

    def told(self, kind: type[Request]) -> list:
        """What Twilio was asked of this kind since they met, in order."""
        return [r for r in self.line.gateway.requests[self.start :] if isinstance(r, kind)]

    def client_held(self) -> bool | None:
        """What Twilio was told last about the client."""
        sid = self.caller.sid
        held = [r.hold for r in self.told(ChangeParticipant) if r.who == sid and r.hold is not None]
        return held[-1] if held else None

    def codes(self) -> list[str]:
        db.session.rollback()
        query = select(ContactEvent.code).where(ContactEvent.contact_id == self.caller.contact_id)
        return list(db.session.scalars(query.order_by(ContactEvent.at)))
