"""The shell in a real Chromium: it is accessible, fits a phone, moves, rings, keeps drafts and says when it is cut off."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.web.sample import make_sample

pytestmark = [pytest.mark.browser, pytest.mark.once, pytest.mark.slow]
AXE = (Path(__file__).parents[1] / "browser" / "axe.min.js").read_text()
AXE_RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
DESK, PHONE = (1280, 800), (390, 844)
ROOMS = ("home", "inbox", "folder", "calendar", "ambulance", "users", "bare")


@dataclass
class Served:
    """A sample application and where it listens."""

    app: Flask
    url: str
    complaints: list[str] = field(default_factory=list)


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Start a sample application on a free port."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = []

    def start(**options: bool) -> Served:
        app = make_sample(**options)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return Served(app, f"http://127.0.0.1:{server.server_port}")

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page; whatever the browser complains about (the policy, a script) fails the test."""
    contexts = []

    def opened(served: Served, path: str, size: tuple[int, int] = DESK, scheme: str = "light") -> Page:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            locale="id-ID",
            timezone_id="Asia/Jakarta",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: served.complaints.append(str(error)))
        page.on("console", lambda m: served.complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.goto(served.url + path)
        if path != "/bare":
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("scheme", "size"), [("light", DESK), ("dark", PHONE)], ids=["light-desk", "dark-phone"])
@pytest.mark.parametrize("room", ROOMS)
def test_every_room_is_accessible_and_fits(
    serve: Callable[..., Served], open_page: Callable[..., Page], room: str, scheme: str, size: tuple[int, int]
) -> None:
    served = serve(live=True)
    page = open_page(served, f"/{room}", size, scheme)
    if room != "bare":
        page.wait_for_selector(".incoming")
    assert page.locator("html").get_attribute("data-bs-theme") == scheme
    found = page.evaluate(f"{AXE}; axe.run({AXE_RULES})")["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]]) for v in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert served.complaints == []


def test_what_is_touched_is_large_enough(serve: Callable[..., Served], open_page: Callable[..., Page]) -> None:
    page = open_page(serve(live=True), "/inbox", PHONE)
    page.wait_for_selector(".incoming")
    small = page.evaluate(
        """[...document.querySelectorAll('main button, main a.btn, main a.tab, main a.list-row, nav a, summary, textarea')]
        .filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_a_part_moves_by_itself_and_an_act_answers_in_place(
    serve: Callable[..., Served], open_page: Callable[..., Page]
) -> None:
    served = serve()
    page = open_page(served, "/queue")
    first = page.locator("#stamp").text_content()
    page.locator("#act").evaluate("e => { e.dataset.kept = 'yes'; }")
    expect(page.locator("#stamp")).not_to_have_text(first or "", timeout=6000)
    page.locator("#act").click()
    expect(page.locator("#toasts")).to_contain_text("Sudah diambil.")
    assert page.url.endswith("/queue")
    assert page.locator("#act").get_attribute("data-kept") == "yes"  # the page was never loaded again
    page.locator("[data-dismiss]").click()
    expect(page.locator("#toasts")).to_be_empty()
    assert served.complaints == []


def test_a_refused_act_says_why_and_leaves_the_page_alone(
    serve: Callable[..., Served], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(), "/queue")
    page.locator("#refused").click()
    expect(page.locator("#toasts [role=alert]")).to_contain_text("Giliran ini bertabrakan")
    expect(page.locator("#refused")).to_have_text("Ditolak")


def test_the_header_says_when_the_page_stands_still_and_when_it_moves_again(
    serve: Callable[..., Served], open_page: Callable[..., Page]
) -> None:
    served = serve()
    page = open_page(served, "/queue")
    expect(page.locator("#live")).to_have_text("Langsung")
    served.app.extensions["answering"] = False
    expect(page.locator("#live")).to_have_text("Menyambung ulang…", timeout=6000)
    expect(page.locator("#waiting #stamp")).to_be_visible()
    served.app.extensions["answering"] = True
    expect(page.locator("#live")).to_have_text("Langsung", timeout=6000)
    page.context.set_offline(True)
    expect(page.locator("#live")).to_have_text("Luring", timeout=6000)
    expect(page.locator("#offline")).to_be_visible()


def test_an_offer_rings_once_the_page_has_been_touched_and_stops_when_it_is_gone(
    serve: Callable[..., Served], open_page: Callable[..., Page]
) -> None:
    page = open_page(serve(live=True), "/home")
    page.wait_for_selector(".incoming")
    expect(page.locator("html")).to_have_attribute("data-ring", "silent")
    page.locator("[data-sound-gate] button").click()
    expect(page.locator("html")).to_have_attribute("data-ring", "sounding")
    expect(page.locator("[data-sound-gate]")).to_be_hidden()
    assert page.title().startswith("●")
    page.route("**/incoming", lambda route: route.fulfill(status=200, body=""))
    expect(page.locator("html")).to_have_attribute("data-ring", "off", timeout=6000)
    assert page.title() == "Giliran saya"


def test_a_draft_is_kept_and_two_versions_are_both_shown(
    serve: Callable[..., Served], open_page: Callable[..., Page]
) -> None:
    served = serve()
    page = open_page(served, "/inbox")
    kept = served.app.extensions["draft"]
    page.locator("#reply").type("Saya di sini")
    expect(page.locator("#reply-draft")).to_have_text("Draf tersimpan 22.05", timeout=6000)
    assert (kept.text, kept.revision) == ("Saya di sini", 1)
    kept.text, kept.revision = "Dari jendela lain", 5
    page.locator("#reply").type(" untuk Anda")
    expect(page.locator(".draft-other")).to_have_text("Dari jendela lain", timeout=6000)
    expect(page.locator("#reply")).to_have_value("Saya di sini untuk Anda")
    page.locator("[data-choice=both]").click()
    expect(page.locator("#reply-draft")).to_have_text("Draf tersimpan 22.05", timeout=6000)
    assert (kept.text, kept.revision) == ("Saya di sini untuk Anda\n\nDari jendela lain", 6)


def test_a_draft_is_kept_when_the_page_is_left(serve: Callable[..., Served], open_page: Callable[..., Page]) -> None:
    served = serve()
    page = open_page(served, "/inbox")
    page.locator("#reply").type("Belum dua detik")
    page.goto(served.url + "/home")
    assert served.app.extensions["draft"].text == "Belum dua detik"


def test_a_text_that_was_sent_does_not_come_back_as_a_draft(
    serve: Callable[..., Served], open_page: Callable[..., Page]
) -> None:
    served = serve()
    page = open_page(served, "/inbox")
    page.locator("#reply").type("Terkirim")
    page.get_by_role("button", name="Kirim").click()
    page.wait_for_url("**/queue")
    page.wait_for_timeout(2500)
    assert served.app.extensions["draft"].text == ""


def test_timers_tick_with_the_clock_of_the_server(serve: Callable[..., Served], open_page: Callable[..., Page]) -> None:
    page = open_page(serve(), "/home")
    timer = page.locator("[data-since]").first
    before = timer.text_content() or ""
    assert before.startswith("4:0")  # by this machine's clock it would be months
    expect(timer).not_to_have_text(before, timeout=4000)
    assert timer.get_attribute("data-level") == "amber"


def test_letters_lead_to_rooms_unless_one_types_or_has_switched_them_off(
    serve: Callable[..., Served], open_page: Callable[..., Page]
) -> None:
    served = serve()
    page = open_page(served, "/folder")
    page.locator("#name").focus()
    page.keyboard.type("gk")
    assert page.locator("#name").input_value() == "gk"
    page.locator("h1").click()
    page.keyboard.press("?")
    sheet = page.locator("dialog#keys")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("Kotak")
    sheet.get_by_role("checkbox").uncheck()
    sheet.get_by_role("button").click()
    page.keyboard.type("gk")
    page.wait_for_timeout(300)
    assert page.url.endswith("/folder")
    page.keyboard.press("?")
    sheet.get_by_role("checkbox").check()
    sheet.get_by_role("button").click()
    page.keyboard.type("gk")
    page.wait_for_url("**/inbox")


def test_language_and_rooms_are_within_reach_on_a_phone_without_scripts(
    serve: Callable[..., Served], chromium: Browser
) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto(serve().url + "/home")
    page.get_by_text("Lainnya").click()
    page.get_by_role("link", name="Staf").click()
    page.wait_for_url("**/users")
    page.locator("summary", has_text="Menu saya").click()
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/users")
    context.close()
