"""The key-encryption key lies in HashiCorp Vault, and Vault goes down at night: calls and messages still reach a human,
nothing that comes in is lost, and when Vault is back everything opens without a restart.

Vault is a server on loopback, asked over real HTTP; Twilio's requests are signed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from config import Settings
from tesa.accounts import audit
from tesa.app import create_app, refuse_wrong_keys
from tesa.core.db import db
from tesa.core.outside import VaultKeys
from tesa.core.upgrade import upgrade
from tesa.core.vault import LATER, KeysAway, vault
from tesa.core.vault.providers import remote
from tesa.intake import jobs, sealing
from tesa.intake.models import Contact, Message
from tesa.outreach.models import Dispatch
from tesa.web.preferences import LANGUAGE_COOKIE
from tests.cases.making import make_case
from tests.stories.line import Hotline
from tests.support.client import OutsideClient
from tests.support.fake_gateway import FakeGateway
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in
from tests.support.settings import COORDINATOR_NUMBERS, close_engines, make_settings
from tests.support.transit import TOKEN, Transit
from tests.support.twilio import CALLER, Twilio


@pytest.fixture
def transit() -> Iterator[Transit]:
    with Transit() as server:
        yield server


@pytest.fixture
def settings(empty_database_url: str, tmp_path: Path, transit: Transit) -> Settings:
    keys = VaultKeys(transit.url, "tesa", "transit", TOKEN, None)
    return make_settings(
        empty_database_url, tmp_path / "no-file", key_provider="vault", file_keys=False, vault_keys=keys
    )


@pytest.fixture(autouse=True)
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask again at once; that it waits some seconds is tested with the providers."""
    monkeypatch.setattr(remote.Rest.__init__, "__defaults__", (0.0, *remote.Rest.__init__.__defaults__[1:]))


@dataclass
class Installation:
    """One database; each process of it is an application."""

    settings: Settings
    gateway: FakeGateway
    clock: MovedClock

    @contextmanager
    def process(self) -> Iterator[Hotline]:
        """A process that starts now, as `wsgi.py` and `tesa worker` start it."""
        app = create_app(self.settings, gateway=self.gateway)
        app.test_client_class = OutsideClient
        refuse_wrong_keys(app)
        with app.app_context():
            yield Hotline(app, Twilio(app.test_client(), self.settings), self.gateway, self.clock)
        close_engines(app)


@pytest.fixture
def house(settings: Settings, gateway: FakeGateway, clock: MovedClock) -> Installation:
    app = create_app(settings, gateway=gateway)
    upgrade(app)
    close_engines(app)
    return Installation(settings, gateway, clock)


def a_minute_later(line: Hotline) -> None:
    """What a process remembers for a minute is gone."""
    memory = line.app.extensions["tesa_vault"]
    memory._by_id.clear()
    memory._newest.clear()


def texts() -> list[str]:
    """All that was written to us, opened."""
    db.session.rollback()
    rows = db.session.scalars(select(Message).where(Message.direction == "in").order_by(Message.created_at)).all()
    return [sealing.open_body(row.contact_id, row.id, row.body_sealed) for row in rows]


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_running_process_works_on_and_knows_its_callers(house: Installation, transit: Transit) -> None:
    with house.process() as line:
        psychologist = line.psychologist()
        line.twilio.message("satu")
        transit.switch_off()
        a_minute_later(line)
        line.twilio.message("dua")
        line.twilio.message("tolong, darurat")
        caller = line.calls("+6281290000009")
        line.pass_seconds(6)
        assert line.rings(psychologist.number) == 1, "her number was opened while Vault was there"
        line.answers(psychologist, caller)
        assert count(Contact) == 2, "one conversation, one call"
        assert count(Dispatch) == 1
        assert texts() == ["satu", "dua", "tolong, darurat"], "what came in opens with the intake key of this process"
        transit.switch_on()
        assert audit.verify().first_bad is None


def test_a_process_that_starts_meanwhile_keeps_all_and_leads_to_the_coordinators(
    house: Installation, transit: Transit
) -> None:
    with house.process() as line:
        psychologist = line.psychologist()
        line.twilio.message("satu", sender=CALLER)
    transit.switch_off()
    with house.process() as line:
        for words in ("dua", "tiga"):
            assert line.twilio.message(words).status_code == 200
        caller = line.calls("+6281290000009")
        line.pass_seconds(40)
        assert line.rings(psychologist.number) == 0, "nobody can know her number"
        assert line.rings(COORDINATOR_NUMBERS[0]) >= 1
        assert line.contact(caller).caller_index == LATER
        assert count(Message) == 4, (
            "three of hers; only the first is answered by itself, for her plan cannot be looked up"
        )
        with pytest.raises(KeysAway):
            texts()
        assert line.app.test_client().get("/readyz").json["keys"] is False

        transit.switch_on()  # and nothing is started again
        line.pass_seconds(1)
        jobs.catch_up_contacts(line.clock.now())
        assert texts() == ["satu", "dua", "tiga"]
        assert line.app.test_client().get("/readyz").json["keys"] is True
        assert line.contact(caller).caller_index == vault.blind_index("number", caller.number)
        contacts = count(Contact)
        line.twilio.message("empat")
        assert count(Contact) == contacts, "she is known again"


def test_her_emergency_hurries_at_once_and_becomes_a_dispatch_when_the_keys_are_back(
    house: Installation, transit: Transit
) -> None:
    transit.switch_off()
    with house.process() as line:
        assert line.twilio.message("tolong, darurat").status_code == 200
        caller = line.calls("+6281290000009")
        assert line.keys(caller, "0") is not None
        for contact in db.session.scalars(select(Contact)):
            assert (contact.risk, contact.caller_index) == ("emergency", LATER)
        line.pass_seconds(20)
        assert line.rings(COORDINATOR_NUMBERS[0]) >= 1
        jobs.catch_up_contacts(line.clock.now())
        assert count(Dispatch) == 0
        transit.switch_on()
        jobs.catch_up_contacts(line.clock.now())
        jobs.catch_up_contacts(line.clock.now())
        db.session.rollback()
        assert {d.source for d in db.session.scalars(select(Dispatch))} == {"caller_key", "caller_words"}
        assert count(Dispatch) == 2
        assert audit.verify().first_bad is None


def test_the_same_message_twice_is_one_row_while_the_keys_are_away(house: Installation, transit: Transit) -> None:
    transit.switch_off()
    with house.process() as line:
        first = line.twilio.message("tolong, darurat")
        for _ in range(3):
            assert line.twilio.message("tolong, darurat", sid=first.message_sid).status_code == 200
        assert count(Contact) == 1


def test_a_coordinator_who_answers_meanwhile_is_kept_too(house: Installation, transit: Transit) -> None:
    transit.switch_off()
    with house.process() as line:
        assert line.twilio.message("SIAP", sender=COORDINATOR_NUMBERS[0]).status_code == 200
        transit.switch_on()
        jobs.catch_up_contacts(line.clock.now())
        assert texts() == ["SIAP"]


@pytest.mark.parametrize("trouble", ["off", "sealed", "token"])
def test_reading_answers_503_and_says_so_until_the_keys_are_back(
    house: Installation, transit: Transit, trouble: str
) -> None:
    with house.process() as line:
        owner = make_staff()
        browser = signed_in(line.app.test_client(), owner)
        notes = f"/kasus/{make_case(owner)}/catatan"
        browser.submit(notes, text="Dia takut pulang.")
        [note] = re.findall(rf'href="({notes}/[0-9a-f-]+)"', browser.get(notes).text)
        assert "takut pulang" in browser.get(note).text
        there, gone = {
            "off": (transit.switch_on, transit.switch_off),
            "sealed": (lambda: setattr(transit, "sealed", False), lambda: setattr(transit, "sealed", True)),
            "token": (lambda: setattr(transit, "token", TOKEN), lambda: setattr(transit, "token", "another")),
        }[trouble]
        gone()
        a_minute_later(line)
        for language, sentence in (("id", "Layanan kunci sedang tidak terjangkau"), ("en", "key service cannot be")):
            browser.set_cookie(LANGUAGE_COOKIE, language)
            refused = browser.get(note)
            assert (refused.status_code, refused.headers["Retry-After"]) == (503, "10")
            assert sentence in refused.text
            assert sentence in browser.get(note, headers={"Accept": "application/json"}).json["error"]
        there()
        assert "takut pulang" in browser.get(note).text
