"""Password, then code; out again, and nothing of it is left in the browser."""

from __future__ import annotations

import re

import pyotp
from playwright.sync_api import Page, expect

from tesa.accounts.actions.set_secrets import set_secrets
from tesa.core import clock
from tesa.core.transactions import transaction
from tests.browser.conftest import Live
from tests.support.people import make_staff

PASSWORD = "payung biru di atas meja kayu"


def enter_password(page: Page, email: str, password: str) -> None:
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.get_by_role("button", name="Lanjut").click()


def test_a_psychologist_signs_in_and_out(live: Live, phone: Page) -> None:
    psychologist = make_staff("psychologist")
    with transaction():
        seed = set_secrets(psychologist.id, PASSWORD, clock.now())
    phone.goto("/kotak")
    expect(phone).to_have_url(re.compile("/sign-in"))

    enter_password(phone, psychologist.email, "payung merah di atas meja kayu")
    phone.locator("input[name=code]").fill(pyotp.TOTP(seed).now())
    phone.get_by_role("button", name="Masuk").click()
    expect(phone.get_by_role("alert")).to_contain_text("tidak cocok")
    phone.get_by_role("link", name="Kembali").click()
    enter_password(phone, psychologist.email, PASSWORD)
    phone.locator("input[name=code]").fill(pyotp.TOTP(seed).now())
    phone.get_by_role("button", name="Masuk").click()

    expect(phone).to_have_url(re.compile("/kotak$"))
    phone.locator("details[data-menu] > summary.tool").click()
    phone.get_by_role("button", name="Keluar").click()
    expect(phone).to_have_url(re.compile("/sign-in"))
    phone.goto("/kotak")
    expect(phone).to_have_url(re.compile("/sign-in"))
