"""*Kunci layar* in a real Chromium: hidden at once, without network too; nothing comes back by the back button."""

from __future__ import annotations

import re

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tesa.accounts.actions.set_secrets import set_secrets
from tesa.accounts.models import StaffSession
from tesa.accounts.public import StaffMember
from tesa.core import clock
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.psychologists.actions.mark_ringing import mark_ringing
from tests.browser.conftest import Live, NewPage
from tests.browser.test_signing_in import PASSWORD
from tests.support.people import make_shift, make_staff

pytestmark = pytest.mark.once


def somebody() -> tuple[StaffMember, str]:
    person = make_staff("psychologist")
    with transaction():
        seed = set_secrets(person.id, PASSWORD, clock.now())
    return person, seed


def opened(live: Live, page: Page, person: StaffMember, path: str = "/profil") -> None:
    live.sign_in(page, person)
    page.goto(path)
    expect(page.locator("html[data-ready]")).to_be_attached()


def shift_thrice(page: Page) -> None:
    for _ in range(3):
        page.keyboard.press("Shift")


def is_hidden(page: Page, person: StaffMember) -> None:
    """Nothing of the page is to be seen, and its name says nothing."""
    expect(page).to_have_title("Terkunci")
    expect(page.get_by_text(person.name).first).not_to_be_visible()
    assert person.email not in page.locator("body").inner_text()


def unlock(page: Page, seed: str) -> None:
    page.locator("input[name=code]").fill(pyotp.TOTP(seed).now())
    page.get_by_role("button", name="Buka").click()


def test_shift_three_times_hides_and_the_code_brings_back(live: Live, page: Page) -> None:
    person, seed = somebody()
    opened(live, page, person, "/pemberitahuan")
    page.goto("/profil?lang=id")
    shift_thrice(page)
    is_hidden(page, person)
    expect(page).to_have_url(re.compile("/kunci$"))
    is_hidden(page, person)
    page.go_back()
    expect(page).to_have_url(re.compile("/kunci$"))
    is_hidden(page, person)
    page.goto("/profil")
    expect(page).to_have_url(re.compile("/kunci$"))
    unlock(page, seed)
    expect(page).to_have_url(re.compile("/profil"))
    expect(page.get_by_text(person.email)).to_be_visible()


def test_capital_letters_do_not_lock(live: Live, page: Page) -> None:
    person, _seed = somebody()
    opened(live, page, person)
    page.locator("input[name=old]").click()
    for letter in ("A", "B", "C", "D"):
        page.keyboard.press(f"Shift+{letter}")
    for _ in range(2):
        page.keyboard.press("Shift")
    page.wait_for_timeout(1700)
    page.keyboard.press("Shift")
    expect(page.get_by_text(person.email)).to_be_visible()
    expect(page).to_have_url(re.compile("/profil$"))


def test_without_network_it_hides_all_the_same_and_the_server_hears_later(live: Live, page: Page) -> None:
    person, _seed = somebody()
    opened(live, page, person)
    page.context.set_offline(True)
    shift_thrice(page)
    is_hidden(page, person)
    expect(page.get_by_text("Menunggu sambungan")).to_be_visible()
    assert page.url.endswith("/profil")
    db.session.rollback()
    assert db.session.query(StaffSession).one().locked_at is None
    page.context.set_offline(False)
    expect(page).to_have_url(re.compile("/kunci$"))
    db.session.rollback()
    assert db.session.query(StaffSession).one().locked_at is not None


def test_loading_the_page_anew_does_not_get_around_the_cover(live: Live, page: Page) -> None:
    person, _seed = somebody()
    opened(live, page, person)
    page.route("**/kunci", lambda route: route.abort())  # the lock never arrives
    shift_thrice(page)
    is_hidden(page, person)
    page.reload()
    is_hidden(page, person)
    page.unroute("**/kunci")
    expect(page).to_have_url(re.compile("/kunci$"))


def test_all_tabs_are_hidden_together(live: Live, page: Page) -> None:
    person, _seed = somebody()
    opened(live, page, person)
    other = page.context.new_page()
    opened(live, other, person)
    page.bring_to_front()
    shift_thrice(page)
    expect(page).to_have_url(re.compile("/kunci$"))
    expect(other).to_have_url(re.compile("/kunci$"))
    is_hidden(other, person)


def test_another_window_without_that_channel_is_hidden_by_its_next_poll(live: Live, new_page: NewPage) -> None:
    person, _seed = somebody()
    first, second = new_page("desktop"), new_page("desktop")
    opened(live, first, person)
    second.context.add_cookies(first.context.cookies())
    second.goto("/profil")
    first.get_by_role("button", name="Kunci layar").click()
    expect(first).to_have_url(re.compile("/kunci$"))
    expect(second).to_have_url(re.compile("/kunci$"))


def test_the_button_works_on_a_phone_and_without_scripts(live: Live, phone: Page, new_page: NewPage) -> None:
    person, seed = somebody()
    plain = new_page("phone", script=False)
    live.sign_in(plain, person)
    plain.goto("/profil")
    plain.get_by_role("button", name="Kunci layar").click()
    expect(plain).to_have_url(re.compile("/kunci$"))
    unlock(plain, seed)
    expect(plain).to_have_url(re.compile("/profil$"))
    opened(live, phone, person)
    phone.get_by_role("button", name="Kunci layar").tap()
    expect(phone).to_have_url(re.compile("/kunci$"))


def test_a_locked_screen_rings_without_saying_more(live: Live, page: Page) -> None:
    person, _seed = somebody()
    make_shift(person.id)
    opened(live, page, person)
    shift_thrice(page)
    expect(page).to_have_url(re.compile("/kunci$"))
    with transaction():
        assert mark_ringing(person.id, new_id(), clock.now())
    expect(page.get_by_text("Ada panggilan")).to_be_visible()
    expect(page).to_have_title("● Terkunci")
    assert page.locator("main a").count() == 0


def test_after_signing_out_the_back_button_shows_nothing(live: Live, page: Page) -> None:
    person, _seed = somebody()
    opened(live, page, person)
    page.locator("details[data-menu] > summary.tool").click()
    page.get_by_role("button", name="Keluar").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    page.go_back()
    expect(page).to_have_url(re.compile("/sign-in"))
    assert person.email not in page.locator("body").inner_text()
