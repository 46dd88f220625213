"""A passkey in a real Chromium: made in the profile, used to sign in, to step up and to unlock the screen.

The authenticator is Chromium's own virtual one. Browsers bind passkeys to the name of a site, so TeSA is at localhost.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Page, expect

from config import Settings
from tesa.accounts.actions.set_secrets import set_secrets
from tesa.accounts.models import Passkey
from tesa.accounts.public import StaffMember
from tesa.core import clock
from tesa.core.db import db
from tesa.core.transactions import transaction
from tests.browser.conftest import Live
from tests.browser.test_signing_in import PASSWORD, enter_password
from tests.support import processes
from tests.support.carrier import Carrier
from tests.support.people import make_staff
from tests.support.settings import make_settings


@pytest.fixture
def settings(database_url: str, key_file: Path, carrier: Carrier) -> Settings:
    """An installation at localhost."""
    port = processes.free_port()
    url = f"http://localhost:{port}"
    return make_settings(database_url, key_file, port=port, public_url=url, twilio_api_base_url=carrier.url)


def plug_in(page: Page, verified: bool = True) -> tuple[Any, str]:
    """A virtual authenticator for the page."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    made = cdp.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": verified,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return cdp, made["authenticatorId"]


def make_passkey(page: Page, name: str = "laptop") -> None:
    page.goto("/profil")
    page.get_by_role("link", name="Tambah kunci sandi").click()
    page.locator("input[name=name]").fill(name)
    page.get_by_role("button", name="Buat kunci sandi").click()
    expect(page.get_by_text("Kunci sandi sudah disimpan.")).to_be_visible()
    expect(page.get_by_text(name)).to_be_visible()


def somebody() -> tuple[StaffMember, str]:
    person = make_staff("psychologist")
    with transaction():
        seed = set_secrets(person.id, PASSWORD, clock.now())
    return person, seed


def test_made_in_the_profile_and_used_everywhere(live: Live, page: Page) -> None:
    person, _seed = somebody()
    plug_in(page)
    live.sign_in(page, person)
    make_passkey(page)
    page.locator("details[data-menu] > summary.tool").click()
    page.get_by_role("button", name="Keluar").click()

    enter_password(page, person.email, PASSWORD)
    page.get_by_role("button", name="Gunakan kunci sandi").click()
    expect(page).to_have_url(re.compile(r":\d+/$"))

    page.get_by_role("button", name="Kunci layar").click()
    expect(page).to_have_url(re.compile("/kunci$"))
    page.get_by_role("button", name="Gunakan kunci sandi").click()
    expect(page).to_have_url(re.compile(r":\d+/$"))

    page.goto("/sign-in/again?next=/profil")
    page.get_by_role("button", name="Gunakan kunci sandi").click()
    expect(page).to_have_url(re.compile("/profil$"))
    db.session.rollback()
    (row,) = db.session.query(Passkey).all()
    assert row.sign_count >= 3
    assert row.used_at is not None


def test_an_authenticator_that_does_not_know_her_changes_nothing(live: Live, page: Page) -> None:
    person, seed = somebody()
    plug_in(page)
    page.goto("/sign-in")
    enter_password(page, person.email, PASSWORD)
    page.get_by_role("button", name="Gunakan kunci sandi").click()
    expect(page.get_by_role("alert").filter(has_text="Kunci sandi tidak dapat dipakai")).to_be_visible(timeout=90_000)
    page.locator("input[name=code]").fill(pyotp.TOTP(seed).now())
    page.get_by_role("button", name="Masuk", exact=True).click()
    expect(page).to_have_url(re.compile(r":\d+/$"))


def test_one_that_has_not_verified_the_person_is_not_enough(live: Live, page: Page) -> None:
    person, _seed = somebody()
    cdp, authenticator = plug_in(page)
    live.sign_in(page, person)
    make_passkey(page)
    page.get_by_role("button", name="Kunci layar").click()
    cdp.send("WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False})
    page.get_by_role("button", name="Gunakan kunci sandi").click()
    expect(page.get_by_role("alert").filter(has_text="Kunci sandi tidak dapat dipakai")).to_be_visible(timeout=90_000)
    expect(page).to_have_url(re.compile("/kunci$"))
