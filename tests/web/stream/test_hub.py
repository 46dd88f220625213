"""What an open page hears, and when its stream ends."""

from __future__ import annotations

import threading
import time
import uuid

import pytest

from tesa.core.news import topic_of_person
from tesa.web.stream import hub as streams
from tesa.web.stream.hub import End, Hub, Stream

HELLO = b'event: hello\ndata: {"spread": 0}\n\n'
TOPICS = frozenset({"queue", "duty"})


def open_one(hub: Hub, person: uuid.UUID | None = None, gone: bool = False) -> Stream:
    stream = hub.open(person or uuid.uuid4(), uuid.uuid4(), TOPICS, lambda: gone)
    assert stream is not None
    return stream


def news(chunk: bytes) -> str:
    return chunk.decode()


def test_a_page_hears_the_topics_that_concern_it_and_nothing_else() -> None:
    hub = Hub(5)
    chunks = open_one(hub).chunks()
    assert next(chunks) == HELLO
    hub.publish(frozenset({"queue", "dispatch", "notices"}))
    assert news(next(chunks)) == 'event: news\ndata: ["queue"]\n\n'


def test_what_comes_in_quick_succession_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "GAP", 0.02)
    hub = Hub(5)
    chunks = open_one(hub).chunks()
    next(chunks)
    hub.publish(frozenset({"queue"}))
    assert '"queue"' in news(next(chunks))
    for topic in ("queue", "queue", "duty", "queue"):
        hub.publish(frozenset({topic}))
    assert '["duty", "queue"]' in news(next(chunks))
    hub.close()
    assert news(next(chunks)) == "event: end\ndata: closing\n\n"  # and no second "queue"


def test_a_page_that_hears_nothing_gets_a_ping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "PING_EVERY", 0.01)
    hub = Hub(5)
    chunks = open_one(hub).chunks()
    assert [next(chunks), next(chunks), next(chunks)] == [HELLO, streams.PING, streams.PING]


def test_a_third_page_of_a_person_takes_the_place_of_her_first() -> None:
    hub, person = Hub(2), uuid.uuid4()
    first, second, third = (open_one(hub, person) for _ in range(3))
    assert [s.ended for s in (first, second, third)] == [End.REPLACED, None, None]
    assert len(hub) == 2


def test_a_page_that_was_left_is_the_first_to_make_room() -> None:
    hub, person = Hub(5), uuid.uuid4()
    other_tab = open_one(hub, person)
    left = open_one(hub, person, gone=True)
    open_one(hub, person)
    assert (other_tab.ended, left.ended) == (None, End.LEFT)


def test_there_is_no_room_beyond_the_limit_until_somebody_leaves() -> None:
    hub = Hub(1)
    stream = open_one(hub)
    assert hub.open(uuid.uuid4(), uuid.uuid4(), TOPICS, lambda: False) is None
    stream.leave()
    open_one(hub)


def test_whoever_may_see_nothing_any_more_hears_nothing_any_more() -> None:
    hub = Hub(5)
    signed_out, stays = open_one(hub), open_one(hub)
    hub.check(lambda sessions: sessions - {signed_out.session})
    assert (signed_out.ended, stays.ended) == (End.SESSION, None)


def test_a_process_that_does_not_hear_the_others_has_no_streams() -> None:
    hub = Hub(5)
    stream = open_one(hub)
    hub.go_deaf()
    assert stream.ended == End.DEAF
    assert hub.open(uuid.uuid4(), uuid.uuid4(), TOPICS, lambda: False) is None
    hub.hear()
    open_one(hub)


def test_a_session_that_is_ended_is_looked_at_at_once() -> None:
    hub = Hub(5)
    stream, asked = open_one(hub), threading.Event()

    def living(_sessions: set[uuid.UUID]) -> set[uuid.UUID]:
        asked.set()
        return set()

    threading.Thread(target=streams.watch, args=(hub, living, 60.0, 60.0), daemon=True).start()
    hub.publish(frozenset({streams.SESSION}))
    assert asked.wait(5)
    assert list(stream.chunks())[1] == b"event: end\ndata: session\n\n"
    hub.close()


def test_many_open_pages_spread_what_they_ask_for() -> None:
    hub = Hub(200)
    for _ in range(200):
        open_one(hub)
    assert hub.spread() == 14_250


def test_whoever_is_concerned_herself_does_not_wait_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "GAP", 0.01)
    hub = Hub(200)
    for _ in range(199):
        open_one(hub)
    last = uuid.UUID(int=999)  # a session whose turn comes at the end
    stream = hub.open(uuid.uuid4(), last, TOPICS, lambda: False)
    assert stream is not None
    chunks = stream.chunks()
    next(chunks)
    hub.publish(frozenset({"queue", topic_of_person(uuid.uuid4())}))  # waits its turn, for fourteen seconds
    began = time.monotonic()
    threading.Timer(0.05, hub.publish, [frozenset({topic_of_person(stream.person)})]).start()
    assert news(next(chunks)) == 'event: news\ndata: ["me", "queue"]\n\n'
    assert 0.04 < time.monotonic() - began < 5
