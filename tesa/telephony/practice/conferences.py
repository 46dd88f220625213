"""Conferences: rooms in which calls talk, with Twilio's start and end rules and the callbacks of the first participant."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tesa.telephony.practice import sids
from tesa.telephony.practice.documents import Source
from tesa.telephony.practice.exchange import Exchange
from tesa.telephony.practice.legs import Callbacks, Leg

KEPT = 100
SWITCHES = {"muted": "mute", "hold": "hold", "end_on_exit": "modify", "coaching": "modify", "call_to_coach": "modify"}


@dataclass(eq=False)
class Participant:
    """A call in a room. `removed` tells why it has to leave, once it has."""

    leg: Leg
    label: str = ""
    muted: bool = False
    hold: bool = False
    hold_url: str = ""
    hold_method: str = "GET"
    coaching: bool = False
    call_to_coach: str = ""
    start_on_enter: bool = True
    end_on_exit: bool = False
    status: str = "connected"
    removed: str | None = None
    announcement: Source | None = None
    joined_at: datetime = field(default_factory=sids.now)
    changes: int = 0


@dataclass(eq=False)
class Conference:
    """A room. Its status goes init -> in-progress -> completed."""

    name: str
    callbacks: Callbacks | None
    sid: str = field(default_factory=lambda: sids.new_sid("CF"))
    status: str = "init"
    created_at: datetime = field(default_factory=sids.now)
    updated_at: datetime = field(default_factory=sids.now)
    participants: OrderedDict[str, Participant] = field(default_factory=OrderedDict)
    sequence: int = 0
    reason_ended: str | None = None
    ended_by: str | None = None


class LabelTaken(Exception):
    """Another participant of the room carries this label (Twilio's 16025)."""


class Conferences:
    """All rooms: those of now and the last ones of before."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.when_over: Callable[[Conference], object] | None = None  # told of each room that has ended
        self._rooms: OrderedDict[str, Conference] = OrderedDict()

    def all(self) -> list[Conference]:
        """All remembered rooms, newest first."""
        with self._exchange.lock:
            return list(reversed(self._rooms.values()))

    def find(self, key: str) -> Conference | None:
        """A room by SID, or the live room of that name."""
        with self._exchange.lock:
            return self._rooms.get(key) or self._live(key)

    def _live(self, name: str) -> Conference | None:
        return next((room for room in self._rooms.values() if room.name == name and room.status != "completed"), None)

    def open(self, name: str, callbacks: Callbacks | None) -> Conference:
        """The live room of that name; a new one, with these callbacks, when there is none."""
        with self._exchange.lock:
            room = self._live(name)
            if room is None:
                room = Conference(name, callbacks)
                self._rooms[room.sid] = room
                over = [sid for sid, known in self._rooms.items() if known.status == "completed"]
                for sid in over[: max(0, len(self._rooms) - KEPT)]:
                    del self._rooms[sid]
            return room

    def enter(self, name: str, participant: Participant, callbacks: Callbacks | None) -> Conference:
        """Let a call into the room of that name. Raises LabelTaken."""
        leg = participant.leg
        with self._exchange.lock:
            room = self.open(name, callbacks)
            if participant.label and self.participant(room, participant.label) is not None:
                raise LabelTaken(participant.label)
            room.participants[leg.sid] = participant
            leg.where = "di ruang bicara · in a room"
            leg.audience = lambda: self._listeners(room, participant)
            self._tell(room, "join", "participant-join", participant)
            if room.status == "init" and len(room.participants) > 1:
                if any(other.start_on_enter for other in room.participants.values()):
                    room.status = "in-progress"
                    self._tell(room, "start", "conference-start")
                    for other in room.participants.values():
                        other.leg.note("note", "Kini tersambung; bicaralah · Connected; talk now")
                        self._connected(other.leg)
            elif room.status == "in-progress":
                for other in room.participants.values():
                    other.leg.note("note", f"Bergabung · Joined: {participant.label or leg.phone.label}")
                self._connected(leg)
            self._exchange.lock.notify_all()
        self._exchange.journal.write("call", f"{leg.phone.label} masuk ruang · joins the room {name}")
        return room

    def _connected(self, leg: Leg) -> None:
        """From here on a scripted caller no longer loses patience, but may talk for a set time only."""
        leg.gives_up_at = None
        if leg.talk_for is not None:
            leg.gives_up_at = sids.ticks() + leg.talk_for * self._exchange.config.pace

    def leave(self, room: Conference, participant: Participant, reason: str) -> None:
        """Take a call out of the room; ends the room where its rules say so. A second time does nothing."""
        with self._exchange.lock:
            if not self._remove(room, participant, reason):
                return
            if participant.end_on_exit:
                self._end(room, "participant-with-end-conference-on-exit-left", participant.leg.sid)
            elif not room.participants:
                self._end(room, "last-participant-left", participant.leg.sid)
            self._exchange.lock.notify_all()

    def kick(self, room: Conference, participant: Participant) -> None:
        """Remove a call by REST; its own thread notices and goes on with its document."""
        self.leave(room, participant, "participant_updated_via_api")

    def end(self, room: Conference) -> None:
        """End a room by REST."""
        with self._exchange.lock:
            self._end(room, "conference-ended-via-api", None)
            self._exchange.lock.notify_all()

    def participant(self, room: Conference, key: str) -> Participant | None:
        """A participant by CallSid or label."""
        with self._exchange.lock:
            found = room.participants.get(key)
            return found or next((one for one in room.participants.values() if one.label and one.label == key), None)

    def change(self, room: Conference, participant: Participant, **changes: bool | str) -> None:
        """Change a participant (muted, hold, hold_url, hold_method, end_on_exit, coaching, call_to_coach); events follow."""
        with self._exchange.lock:
            told: set[str] = set()
            for name, value in changes.items():
                before = getattr(participant, name)
                setattr(participant, name, value)
                event = SWITCHES.get(name)
                if event is None or before == value or event in told:
                    continue
                told.add(event)
                prefix = "un" if value is False and event != "modify" else ""
                self._tell(room, event, f"participant-{prefix}{event}", participant)
            if "hold" in told:
                words = (
                    "Anda ditahan sebentar · You are on hold"
                    if participant.hold
                    else "Tersambung lagi · Connected again"
                )
                participant.leg.note("note", words)
            participant.changes += 1
            self._exchange.lock.notify_all()

    def announce(self, participants: Iterable[Participant], sound: Source) -> None:
        """Let these participants of a room hear a document once, over whatever they hear now."""
        with self._exchange.lock:
            for participant in participants:
                participant.announcement = sound
                participant.changes += 1
            self._exchange.lock.notify_all()

    def _listeners(self, room: Conference, speaker: Participant) -> list[Leg]:
        """Who hears a participant: nobody while it is muted, on hold or alone; only the coached one while coaching."""
        with self._exchange.lock:
            if speaker.muted or speaker.hold or room.status != "in-progress":
                return []
            others = [one for one in room.participants.values() if one is not speaker and not one.hold]
            if speaker.coaching:
                others = [one for one in others if one.leg.sid == speaker.call_to_coach]
            return [one.leg for one in others]

    def _remove(self, room: Conference, participant: Participant, reason: str) -> bool:
        if room.participants.pop(participant.leg.sid, None) is None:
            return False
        participant.removed = reason
        participant.leg.where, participant.leg.audience = "", None
        self._tell(room, "leave", "participant-leave", participant, ReasonParticipantLeft=reason,
                   ParticipantCallStatus="in-progress" if reason == "participant_updated_via_api" else "completed")  # fmt: skip
        for other in room.participants.values():
            other.leg.note("note", f"Keluar · Left: {participant.label or participant.leg.phone.label}")
        return True

    def _end(self, room: Conference, reason: str, by: str | None) -> None:
        if room.status == "completed":
            return
        for participant in list(room.participants.values()):
            self._remove(room, participant, "conference_ended")
        room.status, room.reason_ended, room.ended_by = "completed", reason, by
        extra = {"ReasonConferenceEnded": reason}
        if by is not None:
            extra["CallSidEndingConference"] = by
        self._tell(room, "end", "conference-end", None, **extra)
        if self.when_over is not None:
            self.when_over(room)
        self._exchange.journal.write("call", f"ruang selesai · room over {room.name} ({reason})")

    def _tell(
        self, room: Conference, wanted: str, event: str, participant: Participant | None = None, **extra: str
    ) -> None:
        """Send a conference event to the room's callback, if it asked for that kind."""
        room.updated_at = sids.now()
        if room.callbacks is None or wanted not in room.callbacks.events:
            return
        params = {
            "ConferenceSid": room.sid,
            "FriendlyName": room.name,
            "AccountSid": self._exchange.config.account_sid,
            "SequenceNumber": str(room.sequence),
            "Timestamp": sids.rfc2822(room.updated_at) or "",
            "StatusCallbackEvent": event,
            **extra,
        }
        room.sequence += 1
        if participant is not None:
            params["CallSid"] = participant.leg.sid
            if participant.label:
                params["ParticipantLabel"] = participant.label
            for name, value in (
                ("Muted", participant.muted),
                ("Hold", participant.hold),
                ("Coaching", participant.coaching),
                ("EndConferenceOnExit", participant.end_on_exit),
                ("StartConferenceOnEnter", participant.start_on_enter),
            ):
                params[name] = str(value).lower()
        self._exchange.report(room.sid, room.callbacks.url, room.callbacks.method, params, {})
