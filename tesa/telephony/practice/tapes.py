"""Recordings of conferences: begun by whoever enters with `record`, ended with the room or by REST."""

from __future__ import annotations

from dataclasses import dataclass, field

from tesa.telephony.practice import sids
from tesa.telephony.practice.conferences import Conference
from tesa.telephony.practice.exchange import Exchange
from tesa.telephony.practice.library import Item, Library, tone


@dataclass(eq=False)
class Tape:
    """One recording that runs, and where its end is reported."""

    url: str
    method: str
    sid: str = field(default_factory=lambda: sids.new_sid("RE"))
    started: float = field(default_factory=sids.ticks)


class Tapes:
    """The recordings that run now, by the SID of their room."""

    def __init__(self, exchange: Exchange, library: Library) -> None:
        self._exchange = exchange
        self._library = library
        self._running: dict[str, Tape] = {}

    def begin(self, room: Conference, tape: Tape) -> None:
        """Record a room from now on, unless it is recorded already or over."""
        with self._exchange.lock:
            if room.sid in self._running or room.status == "completed":
                return
            self._running[room.sid] = tape
        self._exchange.journal.write("call", f"ruang direkam · room is recorded {room.name}")

    def of(self, room: Conference) -> Tape | None:
        """What is being recorded of a room."""
        with self._exchange.lock:
            return self._running.get(room.sid)

    def end(self, room: Conference) -> Tape | None:
        """Stop recording a room, keep the file and report it; None when nothing ran."""
        with self._exchange.lock:
            tape = self._running.pop(room.sid, None)
        if tape is None:
            return None
        config = self._exchange.config
        seconds = max(1, round((sids.ticks() - tape.started) / config.pace))
        item = self._library.keep(Item(tape.sid, room.sid, "audio/wav", tone(seconds), seconds))
        params = {
            "AccountSid": config.account_sid,
            "ConferenceSid": room.sid,
            "RecordingSid": tape.sid,
            "RecordingUrl": f"{config.own_url}/2010-04-01/Accounts/{config.account_sid}/Recordings/{tape.sid}",
            "RecordingStatus": "completed",
            "RecordingDuration": str(seconds),
            "RecordingChannels": "1",
            "RecordingSource": "Conference",
            "RecordingStartTime": sids.rfc2822(item.created_at) or "",
        }
        self._exchange.report(room.sid, tape.url, tape.method, params, {})
        self._exchange.journal.write("call", f"rekaman selesai · recording over {room.name}")
        return tape
