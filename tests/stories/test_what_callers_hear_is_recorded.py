"""Recordings: uploaded, heard, replaced, deleted; the voice of the machine where there is none."""

from __future__ import annotations

import io
from collections.abc import Callable
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

import pytest
from sqlalchemy import select

from tesa.accounts.models import AuditEntry
from tesa.core import clock
from tesa.core.db import db, new_id
from tesa.core.errors import RuleBroken
from tesa.core.transactions import transaction
from tesa.intake import prompts
from tesa.intake.actions.record_prompt import record_prompt
from tesa.intake.rules.sound import MOST_BYTES
from tests.stories.line import Hotline
from tests.support.client import OutsideClient
from tests.support.people import make_staff, signed_in
from tests.support.sounds import mp3, wav

Browser = Callable[[], OutsideClient]


@pytest.fixture
def admin(new_client: Browser) -> OutsideClient:
    return signed_in(new_client(), make_staff("administrator"))


def upload(browser: OutsideClient, key: str, language: str, content: bytes):
    return browser.submit(f"/suara/{key}/{language}", file=(io.BytesIO(content), "suara.mp3"))


def first_words(hotline: Hotline, rounds: int = 1) -> Element:
    """The document of the last of these rounds."""
    caller = hotline.calls()
    document = None
    for _ in range(rounds):
        document = hotline.waits(caller)
    assert document is not None
    return document


def test_a_recording_is_played_and_its_absence_read_out(
    hotline: Hotline, admin: OutsideClient, new_client: Browser
) -> None:
    sound = wav(2.0)
    assert upload(admin, "privacy", "id", sound).status_code == 303
    gather = first_words(hotline).find("Gather")
    assert gather is not None
    assert [e.tag for e in gather] == ["Say", "Play", "Pause"]
    address = gather.findtext("Play") or ""
    heard = new_client().get(urlsplit(address).path)
    assert (heard.status_code, heard.content_type, heard.data) == (200, "audio/wav", sound)
    assert "immutable" in heard.headers["Cache-Control"]
    assert "Set-Cookie" not in heard.headers
    assert unquote(heard.headers["X-Transcript"]) == prompts.PRIVACY
    # Replaced between her document and its fetching: she hears the new one, and nobody keeps it under the old address.
    assert upload(admin, "privacy", "id", mp3()).status_code == 303
    newer = new_client().get(urlsplit(address).path)
    assert (newer.content_type, newer.headers["Cache-Control"]) == ("audio/mpeg", "no-store")
    assert admin.submit("/suara/privacy/id/hapus").status_code == 303
    gone = new_client().get(urlsplit(address).path)
    assert (gone.status_code, gone.content_type) == (200, "audio/wav")
    db.session.rollback()
    acts = db.session.scalars(
        select(AuditEntry.act).where(AuditEntry.act.startswith("prompt.")).order_by(AuditEntry.seq)
    )
    assert list(acts) == ["prompt.record", "prompt.record", "prompt.delete"]


def test_music_takes_the_place_of_the_quiet(hotline: Hotline, admin: OutsideClient) -> None:
    assert upload(admin, "waiting_music", "id", wav(4.0)).status_code == 303
    gather = first_words(hotline, rounds=2).find("Gather")
    assert gather is not None
    assert [e.tag for e in gather] == ["Say", "Say", "Play"]


@pytest.mark.parametrize(
    ("key", "language", "content", "status"),
    [
        ("privacy", "id", b"<html>", 422),
        ("privacy", "id", wav(11.0), 422),
        ("privacy", "su", wav(), 404),
        ("waiting_music", "en", wav(), 404),
        ("nothing", "id", wav(), 404),
    ],
)
def test_what_is_refused(admin: OutsideClient, key: str, language: str, content: bytes, status: int) -> None:
    assert upload(admin, key, language, content).status_code == status
    assert "rekam" in admin.get("/suara").text


def test_a_file_of_more_than_a_megabyte_is_refused(app: object) -> None:
    # By the act: the test browser leaves a large upload's temporary file open.
    with pytest.raises(RuleBroken), transaction():
        record_prompt("privacy", "id", wav(1.0) + bytes(MOST_BYTES), new_id(), clock.now())


def test_coordinators_listen_and_psychologists_do_not_come_here(new_client: Browser) -> None:
    coordinator = signed_in(new_client(), make_staff("coordinator"))
    assert coordinator.get("/suara/greeting").status_code == 200
    assert upload(coordinator, "greeting", "id", wav()).status_code == 404
    assert signed_in(new_client(), make_staff("psychologist")).get("/suara").status_code == 404


def test_every_spoken_sentence_has_a_key_and_two_languages() -> None:
    plain = {
        name for name, value in vars(prompts).items()
        if name.isupper() and isinstance(value, str) and not isinstance(value, prompts.Sentence)
    }  # fmt: skip
    assert plain == prompts.TEXTS
    named = [value for value in vars(prompts).values() if isinstance(value, prompts.Sentence)]
    assert len({s.key for s in named}) == len(named)
    for sentence in named:
        assert len(sentence.key) <= 40
        assert sentence.english
        assert sentence.english != str(sentence)
        assert max(sentence.seconds("id"), sentence.seconds("en")) <= 20, sentence.key
