"""The outbox keeps its three promises: repeated for staff, once for callers, whatever happens to the sender."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from config import Settings
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.telephony.gateway import EndCall, Refused, Request
from tesa.telephony.models import OutboxItem
from tesa.telephony.outbox import LEASE, Kind, Outbox, Outcome, Promise
from tests.support.fake_gateway import FakeGateway
from tests.support.moved_clock import BEGINNING
from tests.support.settings import bare_app, close_engines

NOW = BEGINNING


class Books:
    """What the owner of a kind was told, in order."""

    def __init__(self) -> None:
        self.settled: list[tuple[uuid.UUID, Outcome]] = []
        self.unwanted: set[uuid.UUID] = set()

    def compose(self, ref: uuid.UUID, _now: object) -> Request | None:
        return None if ref in self.unwanted else EndCall(f"CA{ref.hex}")

    def settle(self, ref: uuid.UUID, outcome: Outcome, _now: object) -> None:
        self.settled.append((ref, outcome))


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def bare(settings: Settings) -> Iterator[Flask]:
    app = bare_app(settings)
    with app.app_context():
        yield app
    close_engines(app)


@pytest.fixture
def box(bare: Flask, gateway: FakeGateway, books: Books) -> Outbox:
    box = Outbox(bare, gateway, threads=False)
    for promise in Promise:
        box.kinds[promise] = Kind(promise, books.compose, books.settle, promise)
    return box


def put(box: Outbox, kind: str = "repeat", later: int = 0) -> tuple[uuid.UUID, uuid.UUID]:
    ref = new_id()
    with transaction():
        item = box.enqueue(kind, ref, NOW, NOW + timedelta(seconds=later))
    return item, ref


def state(item: uuid.UUID) -> str:
    found = db.session.scalar(select(OutboxItem.state).where(OutboxItem.id == item))
    db.session.rollback()
    return str(found)


def abandon(item: uuid.UUID, attempts: int = 1) -> None:
    """As if a sender had claimed the item and died."""
    with transaction():
        row = db.session.get_one(OutboxItem, item)
        row.state, row.lease_until, row.attempts, row.fence = "sending", NOW + LEASE, attempts, attempts


def test_a_due_item_is_sent_once_and_settled(box: Outbox, gateway: FakeGateway, books: Books) -> None:
    item, ref = put(box)
    assert box.deliver_due(NOW) == 1
    assert box.deliver_due(NOW) == 0
    assert len(gateway.requests) == 1
    assert books.settled == [(ref, Outcome("sent"))]
    assert state(item) == "sent"


def test_nothing_is_sent_before_it_is_due(box: Outbox, gateway: FakeGateway) -> None:
    put(box, later=10)
    assert box.deliver_due(NOW + timedelta(seconds=9)) == 0
    assert box.deliver_due(NOW + timedelta(seconds=10)) == 1


def test_what_is_rolled_back_is_never_sent(box: Outbox, gateway: FakeGateway) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        box.enqueue("repeat", new_id(), NOW)
        raise ZeroDivisionError
    assert box.deliver_due(NOW) == 0


def test_what_is_no_longer_wanted_is_skipped(box: Outbox, gateway: FakeGateway, books: Books) -> None:
    item, ref = put(box)
    books.unwanted.add(ref)
    box.deliver_due(NOW)
    assert (state(item), gateway.requests, books.settled) == ("skipped", [], [])


def test_a_refusal_is_final_and_told(box: Outbox, gateway: FakeGateway, books: Books) -> None:
    item, ref = put(box)
    gateway.refuse("21211")
    box.deliver_due(NOW)
    box.deliver_due(NOW + timedelta(minutes=5))
    assert books.settled == [(ref, Outcome("failed", code="21211"))]
    assert (state(item), len(gateway.requests)) == ("failed", 1)


class LosingTheRace(FakeGateway):
    """Twilio refuses, and while it does, the reason is told to us: the item is no longer wanted."""

    def __init__(self, books: Books, ref: uuid.UUID) -> None:
        super().__init__()
        self.books, self.ref = books, ref

    def perform(self, request: Request) -> str | None:
        self.books.unwanted.add(self.ref)
        raise Refused("20404")


@pytest.mark.parametrize(("kind", "ends"), [("control", "skipped"), ("repeat", "failed")])
def test_a_command_that_came_too_late_has_not_failed(box: Outbox, books: Books, kind: str, ends: str) -> None:
    item, ref = put(box, kind)
    box.gateway = LosingTheRace(books, ref)
    box.deliver(item, NOW)
    assert state(item) == ends
    assert books.settled == [(ref, Outcome("failed", code="20404"))]


def test_too_many_requests_is_asked_again(box: Outbox, gateway: FakeGateway, books: Books) -> None:
    item, _ref = put(box, "once")
    gateway.refuse("20429", again=2.0)
    box.deliver_due(NOW)
    assert state(item) == "due"
    assert box.deliver_due(NOW + timedelta(seconds=1)) == 0
    box.deliver_due(NOW + timedelta(seconds=2))
    assert (state(item), len(gateway.requests)) == ("sent", 2)


def test_a_caller_is_never_written_to_twice(box: Outbox, gateway: FakeGateway, books: Books) -> None:
    item, ref = put(box, "once")
    gateway.hang()
    box.deliver_due(NOW)
    box.deliver_due(NOW + timedelta(hours=1))
    assert books.settled == [(ref, Outcome("unknown", code="ReadTimeout"))]
    assert (state(item), len(gateway.requests)) == ("unknown", 1)


def test_staff_are_called_at_most_one_time_more(box: Outbox, gateway: FakeGateway) -> None:
    item, _ref = put(box, "repeat")
    gateway.hang(times=9)
    for second in range(60):
        box.deliver_due(NOW + timedelta(seconds=second))
    assert (state(item), len(gateway.requests)) == ("unknown", 2)


@pytest.mark.parametrize(("kind", "sent"), [("repeat", 1), ("control", 1), ("once", 0)])
def test_a_sender_that_died_between_claim_and_answer(
    box: Outbox, gateway: FakeGateway, books: Books, kind: str, sent: int
) -> None:
    item, ref = put(box, kind)
    abandon(item)
    assert box.deliver_due(NOW + LEASE - timedelta(seconds=1)) == 0
    box.deliver_due(NOW + LEASE + timedelta(seconds=1))
    assert len(gateway.requests) == sent
    assert state(item) == ("sent" if sent else "unknown")
    assert books.settled[0][0] == ref


def test_a_sleeper_cannot_overwrite_what_a_later_sender_found(box: Outbox, gateway: FakeGateway, books: Books) -> None:
    item, ref = put(box, "repeat")
    claim = box._claim(item, NOW)
    assert claim is not None
    box.deliver_due(NOW + LEASE + timedelta(seconds=1))
    box._settle(claim, Outcome("failed", code="late"), None, NOW + LEASE * 2)
    assert state(item) == "sent"
    assert books.settled == [(ref, Outcome("sent"))]


def test_many_senders_send_each_item_once(box: Outbox, bare: Flask, gateway: FakeGateway) -> None:
    items = [put(box)[0] for _ in range(60)]
    db.session.remove()

    def send() -> None:
        with bare.app_context():
            for item in items:
                box.deliver(item, NOW)
            db.session.remove()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert len(gateway.requests) == 60
    assert len({r.call_sid for r in gateway.requests if isinstance(r, EndCall)}) == 60
