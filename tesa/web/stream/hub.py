"""The streams of this process. Each is served by a thread that sleeps until there is news, or time for a ping.

Nothing but topics goes through here. A stream never holds a connection to the database, and ends by itself when its
browser is gone, when its session has ended or been locked, when its person has opened a newer one, or when this process
no longer hears what the others do: then its page asks by itself.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from enum import StrEnum

from tesa.core.news import topic_of_person

PING_EVERY = 15.0  # seconds
MOST_OF_A_PERSON = 2
GAP = 0.25  # seconds between two pieces of news on one stream, at least
FEW = 10  # streams that are told at once
SHARE = 75  # milliseconds that each further one adds to the time over which all of them are told, in turn
WIDEST = 15_000  # milliseconds; by then pages ask by themselves
ME = "me"  # what a stream calls the topic of its own person; it does not wait for others
SESSION = "session"  # a topic for ourselves: somebody's session was ended or locked
PING = b"event: ping\ndata: \n\n"

Gone = Callable[[], bool]
Living = Callable[[set[uuid.UUID]], set[uuid.UUID]]


class End(StrEnum):
    """Why a stream was ended, as the page is told."""

    REPLACED = "replaced"  # its person has opened newer ones
    SESSION = "session"  # nothing may be shown in its session any more
    DEAF = "deaf"  # this process does not hear the others now
    CLOSING = "closing"  # this process stops
    LEFT = "left"  # its browser is gone


class Stream:
    """What one open page hears. `gone` tells whether its browser has hung up."""

    def __init__(self, hub: Hub, person: uuid.UUID, session: uuid.UUID, topics: frozenset[str], gone: Gone) -> None:
        self.hub, self.person, self.session, self.topics, self.gone = hub, person, session, topics, gone
        self.mine = topic_of_person(person)
        self._turn = session.int % 1000 / 1000  # of the time over which all pages are told, when this one is
        self.ended: End | None = None
        self._news: set[str] = set()
        self._change = threading.Condition()

    def put(self, topics: frozenset[str]) -> None:
        """Let the page hear of those of `topics` that concern it."""
        with self._change:
            self._news |= self.topics & topics
            if self.mine in topics:
                self._news.add(ME)
            if self._news:
                self._change.notify()

    def end(self, why: End) -> None:
        """Let the stream end, and make room for another."""
        with self._change:
            self.ended = self.ended or why
            self._change.notify()
        self.hub.forget(self)

    def leave(self) -> None:
        """The answer is over, however it ended."""
        self.end(End.LEFT)

    def chunks(self) -> Iterator[bytes]:
        """The body of the answer: hello, then news and pings, then why it ended."""
        yield _event("hello", json.dumps({"spread": self.hub.spread()}))
        while True:
            topics = self._next()
            if self.ended is not None:
                yield _event("end", self.ended)
                return
            yield _event("news", json.dumps(sorted(topics))) if topics else PING
            if topics:
                self._rest()

    def _next(self) -> set[str]:
        with self._change:
            if self._change.wait_for(lambda: self._news or self.ended, PING_EVERY):
                self._change.wait_for(lambda: ME in self._news or self.ended, self._turn * self.hub.spread() / 1000)
            topics, self._news = self._news, set()
            return topics

    def _rest(self) -> None:
        with self._change:
            self._change.wait_for(lambda: self.ended, GAP)


def _event(name: str, data: str) -> bytes:
    return f"event: {name}\ndata: {data}\n\n".encode()


class Hub:
    """All streams of this process: at most `most`, at most two of a person."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.deaf = False
        self.closing = False
        self.someone = threading.Event()
        self.look_now = threading.Event()
        self._streams: list[Stream] = []  # oldest first
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._streams)

    def open(self, person: uuid.UUID, session: uuid.UUID, topics: frozenset[str], gone: Gone) -> Stream | None:
        """A new stream, in place of the person's oldest if she has two; None when there is no room, or no news."""
        self.bury(person)
        stream = Stream(self, person, session, topics, gone)
        with self._lock:
            hers = [other for other in self._streams if other.person == person]
            replaced = hers[: max(0, len(hers) + 1 - MOST_OF_A_PERSON)]
            if self.deaf or self.closing or len(self._streams) - len(replaced) >= self.most:
                return None
            self._streams.append(stream)
            self.someone.set()
        for other in replaced:
            other.end(End.REPLACED)
        return stream

    def forget(self, stream: Stream) -> None:
        """Its place is free."""
        with self._lock:
            if stream in self._streams:
                self._streams.remove(stream)
            if not self._streams:
                self.someone.clear()

    def publish(self, topics: frozenset[str]) -> None:
        """Tell all pages that are concerned."""
        if SESSION in topics:
            self.look_now.set()
        for stream in self._all():
            stream.put(topics)

    def spread(self) -> int:
        """Milliseconds over which the pages are told of what concerns them all. Few do not wait."""
        return min(WIDEST, SHARE * max(0, len(self._streams) - FEW))

    def bury(self, person: uuid.UUID | None = None) -> None:
        """End the streams whose browser is gone."""
        for stream in self._all():
            if person in (None, stream.person) and stream.gone():
                stream.end(End.LEFT)

    def check(self, living: Living) -> None:
        """End the streams in whose session nothing may be shown any more."""
        streams = self._all()
        if streams:
            alive = living({stream.session for stream in streams})
            for stream in streams:
                if stream.session not in alive:
                    stream.end(End.SESSION)

    def go_deaf(self) -> None:
        """This process does not hear the others: no stream may say that it does."""
        self.deaf = True
        self._end_all(End.DEAF)

    def hear(self) -> None:
        """This process hears the others again."""
        self.deaf = False

    def close(self) -> None:
        """This process stops."""
        self.closing = True
        self._end_all(End.CLOSING)

    def _end_all(self, why: End) -> None:
        for stream in self._all():
            stream.end(why)

    def _all(self) -> list[Stream]:
        with self._lock:
            return list(self._streams)


def watch(hub: Hub, living: Living, every: float = 1.0, check_every: float = 3.0) -> None:
    """Bury what is gone each second and check sessions every three, or at once when one was ended; never returns.

    `living` may fail while the database is away: the streams end then, for nobody knows whether they may go on.
    """
    checked = 0.0
    while not hub.closing:
        hub.someone.wait()
        asked = hub.look_now.wait(every)
        hub.look_now.clear()
        hub.bury()
        if asked or time.monotonic() - checked >= check_every:
            checked = time.monotonic()
            hub.check(living)
