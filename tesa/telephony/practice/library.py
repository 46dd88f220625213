"""Pictures and recordings the line keeps for a while: fetched with credentials, handed out by a short-lived address."""

import io
import math
import secrets
import struct
import wave
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from tesa.telephony.practice import sids
from tesa.telephony.practice.exchange import Exchange

KEPT = 60
TICKET_LIVES = 300.0
SAMPLE_RATE = 8000
LONGEST_SOUND = 20


@dataclass(eq=False)
class Item:
    """One picture or recording. `owner` is the message or call it belongs to."""

    sid: str
    owner: str
    content_type: str
    content: bytes = field(repr=False)
    duration: int = 0
    created_at: datetime = field(default_factory=sids.now)


class Library:
    """The newest items, and the tickets by which one of them may be fetched without credentials."""

    def __init__(self, exchange: Exchange) -> None:
        self._lock = exchange.lock
        self._items: OrderedDict[str, Item] = OrderedDict()
        self._tickets: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def keep(self, item: Item) -> Item:
        """Keep an item; the oldest ones go when there are too many."""
        with self._lock:
            self._items[item.sid] = item
            while len(self._items) > KEPT:
                self._items.popitem(last=False)
            return item

    def find(self, sid: str) -> Item | None:
        """The item with this SID."""
        with self._lock:
            return self._items.get(sid)

    def of(self, owner: str) -> list[Item]:
        """The items of a message or call."""
        with self._lock:
            return [item for item in self._items.values() if item.owner == owner]

    def drop(self, sid: str) -> bool:
        """Delete an item; False when there was none."""
        with self._lock:
            return self._items.pop(sid, None) is not None

    def ticket(self, item: Item) -> str:
        """A secret name under which the item can be fetched for five minutes."""
        name = secrets.token_urlsafe(24)
        with self._lock:
            self._tickets[name] = (item.sid, sids.ticks() + TICKET_LIVES)
            while len(self._tickets) > KEPT:
                self._tickets.popitem(last=False)
        return name

    def redeem(self, name: str) -> Item | None:
        """The item behind a ticket, while it lasts."""
        with self._lock:
            sid, until = self._tickets.get(name, ("", 0.0))
            return self._items.get(sid) if sids.ticks() < until else None


def tone(seconds: int) -> bytes:
    """A soft tone as a WAV file: what a recording on the practice line contains, where nobody's voice is recorded."""
    length = SAMPLE_RATE * min(max(seconds, 1), LONGEST_SOUND)
    swing = [int(1500 * math.sin(2 * math.pi * 440 * step / SAMPLE_RATE)) for step in range(SAMPLE_RATE // 20)]
    period = struct.pack(f"<{len(swing)}h", *swing)
    frames = (period * (length // len(swing) + 1))[: length * 2]
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(SAMPLE_RATE)
        sound.writeframes(frames)
    return buffer.getvalue()


def length_of(content: bytes, default: float) -> float:
    """Seconds that a WAV file lasts; `default` for other kinds of audio."""
    try:
        with wave.open(io.BytesIO(content)) as sound:
            frames, rate = int(sound.getnframes()), int(sound.getframerate())
            return frames / max(rate, 1)
    except (wave.Error, EOFError):
        return default
