"""A coordinator fills a gap, changes the shift and takes it off again."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tesa.core import clock
from tests.browser.conftest import Live, NewPage
from tests.support.people import make_staff

JAKARTA = ZoneInfo("Asia/Jakarta")


def open_the_day(page: Page, size: str) -> None:
    """A phone shows the days folded, all but today's."""
    day = page.locator("details.card:not([open])", has=page.locator("a.shift"))
    if size == "phone":
        day.locator("summary").click()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_shift_is_added_changed_and_removed(live: Live, new_page: NewPage, size: str) -> None:
    page = new_page(size)
    psychologist, coordinator = make_staff("psychologist"), make_staff("coordinator")
    live.sign_in(page, coordinator)
    day = (clock.now().astimezone(JAKARTA) + timedelta(days=1)).date()

    page.goto(f"/jadwal?dari={day}")
    expect(page.get_by_text("Celah berikutnya")).to_be_visible()  # nobody is on the rota yet
    page.get_by_role("link", name="Tambah giliran", exact=True).first.click()
    page.locator("select[name=account_id]").select_option(str(psychologist.id))
    page.locator("input[name=starts_at]").fill(f"{day}T20:00")
    page.locator("input[name=ends_at]").fill(f"{day}T19:00")
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator("main .field-error, main .alert-danger").first).to_be_visible()  # it ends before it begins
    page.locator("input[name=ends_at]").fill(f"{day}T23:30")
    page.get_by_role("button", name="Simpan").click()
    open_the_day(page, size)
    shift = page.locator("a.shift:visible")
    expect(shift).to_contain_text("20.00")

    shift.click()
    page.locator("input[name=ends_at]").fill(f"{day}T22:15")
    page.get_by_role("button", name="Simpan").click()
    open_the_day(page, size)
    expect(shift).to_contain_text("22.15")

    shift.click()
    page.locator("details.confirm > summary").click()
    page.locator("details.confirm button").click()
    expect(page).to_have_url(re.compile("/jadwal"))
    expect(page.locator("a.shift")).to_have_count(0)
