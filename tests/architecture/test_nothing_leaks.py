"""Whatever anybody opens, it holds no number, name, message or note that the table of access keeps from her.

Not only pages: fragments, lists, exports, refusals, redirects, headers.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tesa.accounts.permissions import guard_of
from tesa.accounts.rules.policy import Standing
from tests.architecture.test_matrix import METHODS, ask, browsers, cases, expected
from tests.architecture.world import MESSAGE, NOTE, PLACE, Thing, World
from tests.cases.making import NAME
from tests.support.twilio import Twilio

CLEAR = {"contact": "contact.number", "case": "person.read", "note": "person.read"}
"""By which act somebody has the number of a thing's caller in clear."""


@pytest.fixture
def world(app: Flask, twilio: Twilio, clock: object) -> World:
    return World(app, twilio)


def whole(response: TestResponse) -> str:
    """Head and body; digits as they are, whatever stands between them."""
    return (
        "\n".join(f"{name}: {value}" for name, value in response.headers)
        + "\n"
        + response.data.decode(errors="replace")
    )


def written(number: str) -> re.Pattern[str]:
    """The number as anybody would write it: with +62, with 0, with blanks or hyphens."""
    return re.compile(r"[\s.-]?".join(number.removeprefix("+62")))


def answers(world: World, things: dict[str, Thing], name: str) -> Iterator[tuple[str, TestResponse]]:
    """Everything that "name" can open, and every refusal; what does something is left out."""
    client = browsers(world)[name]
    for case in cases(world.app):
        if guard_of(case.rule.endpoint).kind == "signature":
            continue
        thing = things[case.thing] if case.thing else None
        for method in sorted((case.rule.methods or set()) & set(METHODS)):
            acts = guard_of(case.rule.endpoint).kind == "act"
            if method == "GET" or (acts and expected(world, name, case, method, thing) != "in"):
                yield f"{method} {case.rule.rule} ({case.thing})", ask(client, method, case.rule, thing)
    for looked_for in ("2026-0001", "2026-0002"):
        yield f"search for {looked_for}", client.submit("/kasus/cari", text=looked_for)


WORDS = {
    MESSAGE: {"own"},
    NOTE: {"own", "helping", "glass"},
    NAME: {"own", "helping", "glass"},
    PLACE: {"requester", "coordinator", "glass", "sent_worker"},
}
"""Sealed words, and who finds them: nobody but those of whom the table of access says so."""


@pytest.mark.timeout(300)
def test_nobody_finds_what_is_kept_from_her(app: Flask, world: World) -> None:
    things = {kind: make() for kind, make in world.makers.items()}
    numbers = {thing.number: thing for thing in things.values() if thing.number}
    leaks: list[str] = []
    knows: dict[str, set[str]] = {words: set() for words in (*WORDS, "number")}
    for name, person in world.people.items():
        hers = {
            number
            for number, thing in numbers.items()
            if Standing(person.roles, thing.to(name)).may(CLEAR.get(thing.kind, ""), thing.state)
        }
        for where, response in answers(world, things, name):
            text = whole(response)
            leaks += [f"{name}: {where}: {n}" for n in numbers if n not in hers and written(n).search(text)]
            found = [words for words in WORDS if words in text] + ["number"] * any(n in text for n in hers)
            for words in found:
                knows[words].add(name)
            leaks += [f"{where}: {title}" for title in TITLE.findall(text) if _says_something(title)]
    assert leaks == []
    assert knows == WORDS | {"number": {"own", "helping", "glass"}}, "and whoever may know it does find it"


TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def _says_something(title: str) -> bool:
    return any(words in title for words in (*WORDS, "8129", "8127"))


@pytest.mark.parametrize(
    "odd", ["0", "-1", str(2**63), "null", "1.5", str(uuid.UUID(int=0)), "../kasus", "%00", "x" * 300]
)
@pytest.mark.parametrize(
    "path", ["/kasus/{}", "/kontak/{}", "/penjangkauan/{}", "/kasus/{}/catatan", "/staf/{}", "/jadwal/{}"]
)
def test_an_id_that_is_none(app: Flask, world: World, path: str, odd: str) -> None:
    for client in browsers(world).values():
        answer = client.get(path.format(odd), follow_redirects=False)
        assert answer.status_code in {404, 308}, path.format(odd)


def test_a_page_with_a_name_of_a_file_behind_it_is_no_page(app: Flask, world: World) -> None:
    """Cache deception: whoever lures her to /kasus/<id>/x.css finds nothing in a cache in between."""
    case, contact, client = world.case(), world.own_contact(), browsers(world)["own"]
    for path in (f"/kasus/{case.id}", f"/kontak/{contact.id}", "/kasus", "/kotak", "/profil", "/staf/hak"):
        for tail in ("/x.css", ".css", "/x.js", "%2fx.css", "%00.css", ";x.css"):
            answer = client.get(path + tail)
            assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store"), path + tail
        if path != "/staf/hak":
            assert client.get(path).headers["Cache-Control"] == "no-store"
