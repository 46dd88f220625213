"""Twilio in a moved clock: legs that play the documents they are given, people who press keys, callbacks that go astray.

Everything that happens is an event on a heap; `run_until` lets time pass. What TeSA asks by REST comes in through
`perform`. Luck (`Luck`) says which callbacks are lost, doubled or late, and when; the same seed is the same night.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Protocol
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from tesa.telephony.gateway import (
    CheckCall,
    Dequeue,
    EndCall,
    PlaceCall,
    RedirectCall,
    Refused,
    RemoveParticipant,
    Request,
    Unsure,
)
from tests.support.moved_clock import MovedClock
from tests.support.twilio import Twilio, new_sid

QUEUE = "QU" + "a" * 32
SPOKEN = 3.0  # seconds that a sentence takes
DIALLED = 15.0  # seconds that a number of last resort rings, in vain


class Party(Protocol):
    """A person at a telephone."""

    number: str

    def hears(self, leg: Leg, gather: Element) -> tuple[float, str] | None:
        """After how many seconds she presses which key; None: she presses none."""
        ...

    def is_connected(self, leg: Leg) -> None:
        """She is in a conference now."""
        ...


@dataclass
class Luck:
    """How callbacks fare. Chances from 0 to 1, delays in seconds."""

    random: Random
    lost: float = 0.05  # of callbacks that expect no document: Twilio does not repeat them
    doubled: float = 0.1
    late: float = 0.2
    latest: float = 8.0
    unsure: float = 0.02  # REST requests without an answer, done or not

    def none(self) -> None:
        """From now on everything arrives, once and at once."""
        self.lost = self.doubled = self.late = self.unsure = 0.0

    def delay(self) -> float:
        """Seconds until something arrives."""
        usual = self.random.uniform(0.05, 0.3)
        return usual + (self.random.uniform(0, self.latest) if self.random.random() < self.late else 0)

    def copies(self) -> int:
        """How often a callback arrives."""
        if self.random.random() < self.lost:
            return 0
        return 2 if self.random.random() < self.doubled else 1


@dataclass(eq=False)
class Leg:
    """One line to one telephone."""

    sid: str
    party: Party
    status: str
    status_url: str
    far: dict[str, str]  # From, To, Direction
    place: str = "ringing"  # ringing | document | queue | room | over
    turn: int = 0  # what was planned for an earlier turn does not happen
    queue_action: str = ""
    wait_url: str = ""
    room: str = ""
    room_action: str = ""
    events_url: str = ""
    label: str = ""
    ends_room: bool = False
    url: str = ""  # the address that its first document came from
    known: bool = False  # has TeSA been asked what is to be heard on it?
    sequence: Iterator[int] = field(default_factory=itertools.count)

    @property
    def live(self) -> bool:
        """Is the line up, or does it ring?"""
        return self.place != "over"


class Exchange:
    """All lines of one night."""

    def __init__(self, clock: MovedClock, luck: Luck) -> None:
        self.clock, self.luck = clock, luck
        self.twilio: Twilio
        self.parties: dict[str, Party] = {}
        self.legs: dict[str, Leg] = {}
        self.rooms: dict[str, list[Leg]] = {}
        self.room_sids: dict[str, str] = {}
        self.journal: list[str] = []
        self.troubles: list[str] = []
        self._begin = clock.now()
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    # -- time
    @property
    def second(self) -> float:
        """Seconds since the beginning."""
        return (self.clock.now() - self._begin).total_seconds()

    def note(self, what: str) -> None:
        """Write a line into the journal of the night."""
        self.journal.append(f"{self.second:8.1f} {what}")

    def after(self, seconds: float, then: Callable[[], None]) -> None:
        """Plan something."""
        heapq.heappush(self._heap, (self.second + seconds, next(self._order), then))

    def run_until(self, second: float) -> None:
        """Let everything happen that is due by then."""
        while self._heap and self._heap[0][0] <= second:
            due, _, then = heapq.heappop(self._heap)
            self.clock.set(self._begin + timedelta(seconds=max(due, self.second)))
            then()
        self.clock.set(self._begin + timedelta(seconds=second))

    def plan(self, leg: Leg, seconds: float, then: Callable[[], None]) -> None:
        """Plan something for a leg; it does not happen if the leg is led elsewhere or over by then."""
        turn = leg.turn
        self.after(seconds, lambda: then() if leg.live and leg.turn == turn else None)

    # -- HTTP
    def _post(self, leg: Leg, url: str, form: dict[str, str]) -> Element | None:
        answer = self.twilio.post(url, **{"CallSid": leg.sid, **leg.far, **form})
        if answer.status_code not in (200, 204):
            self.troubles.append(f"{url} answered {answer.status_code}")
        return fromstring(answer.data) if answer.data and answer.status_code == 200 else None

    def tell(self, leg: Leg, url: str, **form: str) -> None:
        """A callback that expects nothing: it may be lost, doubled, late, out of order."""
        for _ in range(self.luck.copies()):
            self.after(self.luck.delay(), lambda: self._told(leg, url, form))

    def _told(self, leg: Leg, url: str, form: dict[str, str]) -> None:
        self._post(leg, url, form)

    def _status(self, leg: Leg, status: str) -> None:
        leg.status = status
        self.note(f"{leg.party.number} {leg.sid[-4:]} is {status}")
        if leg.status_url:
            self.tell(leg, leg.status_url, CallStatus=status, SequenceNumber=str(next(leg.sequence)))

    def ask(self, leg: Leg, url: str, **form: str) -> None:
        """Ask for the next document of a leg, and play it when it comes. The question may be doubled and late."""
        leg.turn += 1
        delay, turn = self.luck.delay() / 3, leg.turn
        form = {"CallStatus": leg.status, **form}

        def asked() -> None:
            if not leg.live or leg.turn != turn:
                return
            leg.known = True
            document = self._post(leg, url, form)
            if document is None:
                self.hang_up(leg)
            elif leg.live and leg.turn == turn:
                self._play(leg, list(document))

        self.after(delay, asked)
        if self.luck.random.random() < self.luck.doubled / 2:
            self.after(delay + self.luck.delay(), lambda: self._told(leg, url, form))

    # -- documents
    def _play(self, leg: Leg, verbs: list[Element]) -> None:
        if not verbs:
            self._document_ends(leg)
            return
        verb, rest = verbs[0], verbs[1:]
        match verb.tag:
            case "Say" | "Play":
                self.plan(leg, SPOKEN, lambda: self._play(leg, rest))
            case "Pause":
                self.plan(leg, float(verb.attrib.get("length", 1)), lambda: self._play(leg, rest))
            case "Gather":
                self._gather(leg, verb, rest)
            case "Redirect":
                self.ask(leg, verb.text or "", **self._in_queue(leg))
            case "Enqueue":
                leg.place, leg.wait_url, leg.queue_action = "queue", verb.attrib["waitUrl"], verb.attrib["action"]
                self.ask(leg, leg.wait_url, **self._in_queue(leg))
            case "Leave":
                self._out_of_queue(leg, "leave")
            case "Dial" if verb.find("Conference") is not None:
                self._enter(leg, verb)
            case "Dial":
                self.plan(leg, DIALLED * max(1, len(verb)), lambda: self._play(leg, rest))
            case "Record":
                form = {"RecordingSid": new_sid("RE"), "RecordingUrl": "https://api.twilio.com/r", "Digits": "#"}
                self.plan(
                    leg, 6.0, lambda: self.ask(leg, verb.attrib["action"], RecordingDuration="5", **form)
                )  # fmt: skip
            case "Hangup":
                self.hang_up(leg)
            case _:
                raise ValueError(verb.tag)

    def _in_queue(self, leg: Leg) -> dict[str, str]:
        return {"QueueSid": QUEUE} if leg.place == "queue" else {}

    def _gather(self, leg: Leg, gather: Element, rest: list[Element]) -> None:
        lasts = float(gather.attrib.get("timeout", 5))
        lasts += sum(float(e.attrib.get("length", 1)) if e.tag == "Pause" else SPOKEN for e in gather)
        pressed = leg.party.hears(leg, gather)
        if pressed is not None and pressed[0] < lasts:
            self.note(f"{leg.party.number} {leg.sid[-4:]} presses {pressed[1]}")
            form = {"Digits": pressed[1], **self._in_queue(leg)}
            self.plan(leg, pressed[0], lambda: self.ask(leg, gather.attrib["action"], **form))
        else:
            self.plan(leg, lasts, lambda: self._play(leg, rest))

    def _document_ends(self, leg: Leg) -> None:
        if leg.place == "queue":
            self.ask(leg, leg.wait_url, **self._in_queue(leg))
        else:
            self.hang_up(leg)

    def _out_of_queue(self, leg: Leg, result: str) -> None:
        leg.place = "document"
        self.ask(leg, leg.queue_action, QueueResult=result, QueueSid=QUEUE)

    # -- conferences
    def _enter(self, leg: Leg, dial: Element) -> None:
        conference = dial.find("Conference")
        assert conference is not None
        name = conference.text or ""
        leg.place, leg.room, leg.room_action = "room", name, dial.attrib["action"]
        leg.events_url, leg.label = conference.attrib["statusCallback"], conference.attrib["participantLabel"]
        leg.ends_room = conference.attrib["endConferenceOnExit"] == "true"
        there = self.rooms.setdefault(name, [])
        self.room_sids.setdefault(name, new_sid("CF"))
        there.append(leg)
        self.note(f"{leg.party.number} {leg.sid[-4:]} enters {name[:15]}")
        self._room_event(leg, "participant-join", Muted="false", Hold="false")
        leg.party.is_connected(leg)

    def _room_event(self, leg: Leg, event: str, **form: str) -> None:
        room = {"ConferenceSid": self.room_sids[leg.room], "FriendlyName": leg.room}
        self.tell(leg, leg.events_url, StatusCallbackEvent=event, ParticipantLabel=leg.label, **room, **form)

    def _leave_room(self, leg: Leg, why: str) -> None:
        there = self.rooms[leg.room]
        there.remove(leg)
        self._room_event(leg, "participant-leave", ReasonParticipantLeft=why)
        if leg.ends_room or not there:
            for other in tuple(there):
                there.remove(other)
                self._room_event(other, "participant-leave", ReasonParticipantLeft="conference_ended")
                other.place = "document"
                self.ask(other, other.room_action)

    # -- lines begin and end
    def dials(self, party: Party) -> Leg:
        """A caller dials the hotline."""
        far = {"From": party.number, "To": self.twilio.settings.voice_number, "Direction": "inbound"}
        leg = Leg(new_sid("CA"), party, "ringing", self.twilio.settings.url("/twilio/voice/status"), far, "document")
        self.legs[leg.sid] = leg
        self.note(f"{party.number} {leg.sid[-4:]} dials")
        self.ask(leg, self.twilio.settings.url("/twilio/voice"))
        leg.status = "in-progress"
        return leg

    def hang_up(self, leg: Leg, status: str = "completed") -> None:
        """A line ends, whoever ends it."""
        if not leg.live:
            return
        place, leg.place = leg.place, "over"
        leg.turn += 1
        if place == "queue":
            self.tell(leg, leg.queue_action, QueueResult="hangup", QueueSid=QUEUE, CallStatus="completed")
        elif place == "room":
            self._leave_room(leg, "participant_hung_up")
            self.tell(leg, leg.room_action, CallStatus="completed")
        self._status(leg, status)

    # -- REST
    def perform(self, request: Request) -> str | None:
        """See tesa.telephony.gateway.Gateway."""
        if self.luck.random.random() < self.luck.unsure:
            if self.luck.random.random() < 0.5:
                self._done(request)
            raise Unsure("ReadTimeout")
        return self._done(request)

    def _done(self, request: Request) -> str | None:
        match request:
            case PlaceCall():
                return self._ring(request)
            case CheckCall():
                return self._live(request.call_sid, only_known=True).status
            case EndCall():
                self.hang_up(self._live(request.call_sid))
            case Dequeue():
                leg = self.legs[request.call_sid]
                if leg.place != "queue":
                    raise Refused("20404")
                self._lead(leg, request.url)
            case RedirectCall():
                self._lead(self._live(request.call_sid), request.url)
            case RemoveParticipant():
                self._remove(request)
        return new_sid("SM") if type(request).__name__ == "SendMessage" else None

    def _live(self, sid: str, *, only_known: bool = False) -> Leg:
        leg = self.legs[sid]
        if not leg.live and not only_known:
            raise Refused("21220")
        return leg

    def _lead(self, leg: Leg, url: str) -> None:
        if leg.place == "ringing":
            raise Refused("21220")
        place, leg.place = leg.place, "document"
        if place == "room":
            self._leave_room(leg, "participant_redirected")
        elif place == "queue":
            self.tell(leg, leg.queue_action, QueueResult="redirected", QueueSid=QUEUE, CallStatus=leg.status)
        self.ask(leg, url)

    def _remove(self, request: RemoveParticipant) -> None:
        for name, there in self.rooms.items():
            for leg in tuple(there):
                if request.who in (leg.sid, leg.label) and request.room in (name, self.room_sids[name]):
                    leg.place = "document"
                    self._leave_room(leg, "participant_removed")
                    self.ask(leg, leg.room_action)
                    return
        raise Refused("20404")

    def _ring(self, request: PlaceCall) -> str:
        party = self.parties[request.to]
        far = {"From": self.twilio.settings.voice_number, "To": request.to, "Direction": "outbound-api"}
        busy = any(leg.live and leg.party is party for leg in self.legs.values())
        leg = Leg(new_sid("CA"), party, "queued", request.status_url, far, url=request.url)
        self.legs[leg.sid] = leg
        self._status(leg, "initiated")
        if busy:
            self.plan(leg, 0.5, lambda: self.hang_up(leg, "busy"))
            return leg.sid
        self.plan(leg, 0.2, lambda: self._status(leg, "ringing"))
        self.plan(leg, min(request.ring_seconds, 60), lambda: self.hang_up(leg, "no-answer"))
        wait = party.picks_up_after(leg)  # type: ignore[attr-defined]  # only staff are rung
        if wait is not None:
            self.plan(leg, wait, lambda: self._picked_up(leg, request.url))
        return leg.sid

    def _picked_up(self, leg: Leg, url: str) -> None:
        leg.place = "document"
        self._status(leg, "in-progress")
        self.ask(leg, url)
