"""Every page that a role may open is accessible, light on a desk and dark on a phone, and fits the phone's width."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from tesa.accounts.permissions import guard_of, permission_table
from tesa.accounts.public import Role
from tests.browser.conftest import Live, NewPage
from tests.support.people import make_shift, make_staff, signed_in

pytestmark = pytest.mark.once
AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}"


def rooms(app: Flask, role: Role) -> Iterator[str]:
    """The addresses without an id that `role` may open."""
    table = permission_table()
    for rule in app.url_map.iter_rules():
        act = guard_of(rule.endpoint).act
        if act is not None and role in table[act] and not rule.arguments and "GET" in (rule.methods or ()):
            yield rule.rule


def flaws(page: Page, path: str) -> list[str]:
    """What is wrong with the page at `path`."""
    page.goto(path)
    page.evaluate(AXE)
    found = page.evaluate(f"axe.run(document, {RULES})")["violations"]
    told = [f"{path}: {flaw['id']}: {flaw['nodes'][0]['html'][:120]}" for flaw in found]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        told.append(f"{path}: is wider than the screen")
    return told


@pytest.mark.parametrize("role", Role, ids=str)
def test_every_page_is_accessible(app: Flask, live: Live, new_page: NewPage, role: Role) -> None:
    person = make_staff(role)
    make_shift(person.id, line="outreach" if role is Role.OUTREACH else "hotline")
    live.twilio.message("Selamat malam")
    client = signed_in(app.test_client(), person)
    pages = [path for path in rooms(app, role) if "<html" in client.get(path).text]  # no fragments
    assert pages
    told = []
    for size, dark in (("desktop", False), ("phone", True)):
        page = new_page(size, dark=dark)
        live.sign_in(page, person)
        for path in pages:
            told += [f"{size}: {flaw}" for flaw in flaws(page, path)]
    assert told == []
