"""`python -m bench.streams`: many open inboxes on one web process, on PostgreSQL.

Each page is played as its script plays it: it holds a stream, asks for its moving parts when it is told that there is
something new. The callers of these conversations write, and new ones.
The pages are played by a process of their own, `python -m bench.streams PORT`, which reads pages and webhooks from
standard input and prints what it saw.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field

from flask import Flask
from sqlalchemy import select

from bench import scene
from config import Settings
from tesa.core import clock
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.intake.actions.take_conversation import take_conversation
from tesa.intake.models import Contact
from tesa.intake.queries import locked
from tests.support import processes as servers
from tests.support.people import make_staff, session_cookie
from tests.support.settings import environment
from tests.support.twilio import Twilio

MESSAGES = 20  # of callers whose conversation is open on one of the pages, and as many of new callers
EVERY = 1.0  # seconds between two of either
PROBES = 20  # of /healthz a second
PARTS = (
    ("/kartu", "div#incoming", {"offer"}),
    ("/kotak?tab=mine", "section#antrean", {"queue", "duty"}),
    ("/kontak/{}?tab=mine", "div#percakapan", {"me"}),
)
"""What a page asks for: address, target, and the topics on which it does. On "me" it asks for all: each page is an
inbox, and the one whose caller has written shows her conversation.
"""
NEWS = re.compile(rb"data: (\[.*\])")
WAITING = re.compile(rb'tab-count">(\d+)<')


@dataclass
class Seen:
    """Milliseconds: until the page of a conversation was told and showed its message, until each page counted a new
    caller, and of /healthz. `lost`: messages and callers that a page never showed.
    """

    told: list[float] = field(default_factory=list)
    shown: list[float] = field(default_factory=list)
    counted: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    lost: int = 0
    refused: int = 0


@dataclass(frozen=True)
class Page:
    """An open page: its cookie, the contact it shows, and the webhooks of that caller, by the number in their text."""

    cookie: str
    contact: str
    messages: dict[int, bytes]


class Connection:
    """A keep-alive connection with one request in flight."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body."""
        if self.writer is None or self.writer.is_closing():
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        assert self.reader is not None
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        body = await self.reader.readexactly(int(length[1])) if length else b""
        if b"connection: close" in head.lower():
            self.writer.close()
        return int(head.split()[1]), body


def get(path: str, cookie: str, more: str = "") -> bytes:
    """The bytes of a request."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n{more}\r\n".encode()


def part(path: str, target: str, cookie: str) -> bytes:
    """What htmx asks for a moving part."""
    more = f"HX-Request: true\r\nHX-Request-Type: partial\r\nHX-Poll: true\r\nHX-Target: {target}\r\n"
    return get(path, cookie, more)


class Inbox:
    """One open page, played."""

    def __init__(self, port: int, page: Page, callers: dict[int, float], seen: Seen) -> None:
        self.port, self.page, self.callers, self.seen = port, page, callers, seen
        self.lines = [Connection(port) for _ in PARTS]
        self.awaited: tuple[int, float] | None = None  # number of the message, when it was sent
        self.waiting = 0
        self.busy: set[int] = set()
        self.once_more: set[int] = set()
        self.tasks: set[asyncio.Task[None]] = set()

    async def listen(self, ready: asyncio.Semaphore) -> None:
        """Hold the stream and do as it says."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(get("/aliran", self.page.cookie))
        status = await reader.readuntil(b"\r\n\r\n")
        ready.release()
        if b" 200 " not in status:
            self.seen.refused += 1
            return
        while True:
            if found := NEWS.match(await reader.readline()):
                topics = set(json.loads(found[1]))
                if "me" in topics and self.awaited:
                    self.seen.told.append((time.monotonic() - self.awaited[1]) * 1000)
                self.ask(topics)

    def ask(self, topics: set[str]) -> None:
        """Let all parts that are concerned ask; one that waits for an answer asks once more afterwards."""
        for number, (_, _, shows) in enumerate(PARTS):
            if "me" not in topics and not topics & shows:
                continue
            if number in self.busy:
                self.once_more.add(number)
                continue
            self.busy.add(number)
            task = asyncio.create_task(self.fetch(number))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def fetch(self, number: int) -> None:
        """One part."""
        path, target, _ = PARTS[number]
        request = part(path.format(self.page.contact), target, self.page.cookie)
        while True:
            self.once_more.discard(number)
            status, body = await self.lines[number].ask(request)
            self.seen.refused += status >= 300
            self.show(body)
            if number not in self.once_more:
                break
        self.busy.discard(number)

    def show(self, body: bytes) -> None:
        """What is on the page now."""
        now = time.monotonic()
        if self.awaited and f" {self.awaited[0]}</bdi>".encode() in body:
            self.seen.shown.append((now - self.awaited[1]) * 1000)
            self.awaited = None
        if count := WAITING.search(body):
            fresh = [at for number, at in self.callers.items() if self.waiting < number <= int(count[1])]
            self.seen.counted.extend((now - at) * 1000 for at in fresh)
            self.waiting = max(self.waiting, int(count[1]))


async def probe(port: int, seen: Seen) -> None:
    """Ask /healthz again and again, on a connection of its own each time, as a watchman does."""
    while True:
        began = time.monotonic()
        line = Connection(port)
        await line.ask(get("/healthz", ""))
        seen.health.append((time.monotonic() - began) * 1000)
        line.writer.close()  # type: ignore[union-attr]
        await asyncio.sleep(max(0.0, 1 / PROBES - (time.monotonic() - began)))


async def play(port: int, pages: list[Page], newcomers: list[bytes]) -> Seen:
    """Open the pages, let the callers write: one who is known, one who is new, in turn."""
    seen, callers, ready = Seen(), dict[int, float](), asyncio.Semaphore(0)
    inboxes = [Inbox(port, page, callers, seen) for page in pages]
    tasks = []
    for inbox in inboxes:
        tasks.append(asyncio.create_task(inbox.listen(ready)))
        await ready.acquire()
    await asyncio.sleep(2)
    tasks.append(asyncio.create_task(probe(port, seen)))
    line = Connection(port)
    for number, newcomer in enumerate(newcomers, 1):
        inbox = inboxes[number * 7 % len(inboxes)]
        inbox.awaited = (number, time.monotonic())
        await line.ask(inbox.page.messages[number])
        await asyncio.sleep(EVERY)
        callers[number] = time.monotonic()
        await line.ask(newcomer)
        await asyncio.sleep(EVERY)
    await asyncio.sleep(12)
    seen.lost = len(newcomers) * (1 + len(pages)) - len(seen.shown) - len(seen.counted)
    for task in tasks:
        task.cancel()
    return seen


def percentile(times: list[float], share: float) -> float:
    """Of `times`, in their unit."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def open_page(app: Flask, settings: Settings, number: int) -> Page:
    """A psychologist with a conversation of hers."""
    sender = f"+62811{number:08d}"
    Twilio(app.test_client(), settings).message("Selamat malam", sender=sender, sid=f"SM{0xBEEF0000 + number:032x}")
    with app.app_context():
        person = make_staff("psychologist")
        with transaction():
            contact_id = db.session.scalars(select(Contact.id).where(Contact.psychologist_id.is_(None))).one()
            contact = locked(contact_id)
            assert contact is not None
            take_conversation(contact, person.id, 1, clock.now())
            contact.waiting_since, contact.next_step_at = None, None
        messages = {n: scene.message(settings, sender, n) for n in range(1, MESSAGES + 1)}
        with app.test_request_context():
            return Page("=".join(session_cookie(person)), str(contact_id), messages)


def measure(app: Flask, settings: Settings, count: int) -> None:
    """The figures for `count` open pages."""
    pages = [open_page(app, settings, number) for number in range(count)]
    port = servers.free_port()
    env = environment(settings) | {"TESA_WEB_PROCESSES": "1", "TESA_PORT": str(port)}
    with servers.tesa("web", env) as started:
        servers.wait_for(f"http://127.0.0.1:{port}/healthz")
        (worker,) = servers.family(started.pid)[1:]
        before = servers.resident(worker)
        done = subprocess.run(
            [sys.executable, "-m", "bench.streams", str(port)],
            input=pickle.dumps((pages, scene.first_messages(settings, MESSAGES))),
            stdout=subprocess.PIPE,
            check=True,
            timeout=MESSAGES * EVERY * 2 + 120,
        )
        seen = Seen(**json.loads(done.stdout))
        after, own = servers.resident(worker), servers.megabytes(worker)
    print(f"  {count} open; {MESSAGES} messages to them and {MESSAGES} new callers, {1 / EVERY:.0f} a second:")
    for label, times in (
        ("told whose it is", seen.told),
        ("message on her page", seen.shown),
        ("new caller on all", seen.counted),
        ("/healthz", seen.health),
    ):
        at = "   ".join(f"p{share} {percentile(times, share / 100):7.1f} ms" for share in (50, 95, 99))
        print(f"    {label:20} {at}", flush=True)
    print(f"    {'memory':20} {before:.0f} MB before, {after:.0f} MB with them (RSS); {own:.0f} MB PSS")
    if seen.lost or seen.refused:
        print(f"    {seen.lost} NOT SHOWN, {seen.refused} REFUSED")


def streams() -> None:
    """Two open inboxes, and two hundred."""
    print("Open inboxes, one web process, PostgreSQL:", flush=True)
    for pages in (2, 200):
        with scene.installation(scene.new_database(f"bench_streams_{pages}")) as (app, settings):
            measure(app, settings, pages)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        played = asyncio.run(play(int(sys.argv[1]), *pickle.load(sys.stdin.buffer)))
        print(json.dumps(asdict(played)))
    else:
        streams()
