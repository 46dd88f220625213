"""Notes and drafts, as browsers see them."""

from __future__ import annotations

import re
import uuid
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from tesa.accounts.public import StaffMember
from tesa.cases.models import Note, NoteDraft
from tesa.core.db import db
from tests.cases.making import NOW, audited, make_case
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in

PART = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#catatan"}
ODD = "<script>alert(1)</script> {{7*7}} \u202eabc \x00 akhir"


@pytest.fixture(autouse=True)
def _clock(clock: MovedClock) -> None:
    clock.set(NOW)


@pytest.fixture
def owner(app: Flask) -> StaffMember:
    return make_staff()


@pytest.fixture
def client(app: Flask, owner: StaffMember) -> OutsideClient:
    return signed_in(app.test_client(), owner)


@pytest.fixture
def case_path(owner: StaffMember) -> str:
    return f"/kasus/{make_case(owner)}"


def hidden(page: str, name: str) -> str:
    return re.findall(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)[0]


def notes() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Note)) or 0


def note_path(client: OutsideClient, case_path: str, text: str = "Yang pertama.") -> str:
    client.submit(case_path + "/catatan", text=text)
    return re.findall(rf'href="({case_path}/catatan/[0-9a-f-]+)"', client.get(case_path + "/catatan").text)[0]


def save(client: OutsideClient, url: str, text: str, revision: str | int = 0):
    headers = {"X-CSRFToken": client.csrf_token(), "Accept": "application/json"}
    return client.post(url, data={"text": text, "revision": str(revision)}, headers=headers)


def draft_url(page: str) -> str:
    return re.findall(r'data-draft-url="([^"]+)"', page)[0]


def test_writing_and_reading(client: OutsideClient, case_path: str, owner: StaffMember) -> None:
    answer = client.submit(case_path + "/catatan", text="Ia takut pulang.\r\nBaris dua.")
    assert (answer.status_code, urlsplit(answer.location).path) == (303, case_path)
    assert audited("note.read") == []
    page = client.get(case_path + "/catatan").text
    assert "<bdi>Ia takut pulang.\nBaris dua.</bdi>" in page
    assert "<html" in page
    assert len(audited("note.read")) == 1
    part = client.get(case_path + "/catatan", headers=PART).text
    assert "Ia takut pulang." in part
    assert "<html" not in part
    assert len(audited("note.read")) == 2
    readers = client.get(case_path).text.split("Siapa membuka kasus ini")[1]
    assert readers.count("membaca catatan") == 1  # both at the same instant of this clock: one line of two
    assert "(2)" in readers
    assert owner.email in readers


def test_the_page_of_a_case_itself_holds_no_note(client: OutsideClient, case_path: str) -> None:
    client.submit(case_path + "/catatan", text="Ia takut pulang.")
    assert "Ia takut" not in client.get(case_path).text
    assert audited("note.read") == []


def test_odd_text_is_shown_literally(client: OutsideClient, case_path: str) -> None:
    client.submit(case_path + "/catatan", text=ODD)
    page = client.get(case_path + "/catatan").text
    assert "<script>alert" not in page
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}} \u202eabc \x00 akhir</bdi>" in page


@pytest.mark.parametrize("letter", ["a", "\u202e", "🕊"])
def test_a_note_of_65536_characters(client: OutsideClient, case_path: str, letter: str) -> None:
    assert client.submit(case_path + "/catatan", text=letter * 65_536).status_code == 303
    assert letter * 65_536 in client.get(case_path + "/catatan").text


@pytest.mark.parametrize(
    ("text", "sentence"), [("", "masih kosong"), ("  \r\n", "masih kosong"), ("a" * 100_001, "panjang")]
)
def test_what_cannot_be_a_note_stays_in_the_form(
    client: OutsideClient, case_path: str, text: str, sentence: str
) -> None:
    answer = client.submit(case_path + "/catatan", text=text)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert text.strip() in answer.text
    assert notes() == 0


def test_a_form_sent_twice_writes_one_note(client: OutsideClient, case_path: str) -> None:
    window = hidden(client.get(case_path + "/catatan").text, "window")
    for _ in range(2):
        assert client.submit(case_path + "/catatan", text="Sekali saja.", window=window).status_code == 303
    assert notes() == 1


def test_a_window_that_is_no_id_and_a_draft_that_is_no_number(client: OutsideClient, case_path: str) -> None:
    assert client.submit(case_path + "/catatan", text="Tetap ditulis.", window="null", draft="").status_code == 303
    assert client.submit(case_path + "/catatan", text="Ditolak.", draft="x").status_code == 422
    assert notes() == 1


def test_a_draft_survives_the_browser_and_goes_with_its_note(client: OutsideClient, case_path: str) -> None:
    page = client.get(case_path + "/catatan").text
    answer = save(client, draft_url(page), "Ia takut")
    assert answer.status_code == 200
    assert answer.json["saved_at"] == "10.00"
    again = client.get(case_path + "/catatan").text
    assert "Ia takut</textarea>" in again
    assert f'data-draft-revision="{answer.json["revision"]}"' in again
    assert save(client, draft_url(again), "Ia takut pulang", answer.json["revision"]).status_code == 200
    client.submit(case_path + "/catatan", text="Ia takut sekali.", window=hidden(again, "window"))
    assert "Ia takut</textarea>" not in client.get(case_path + "/catatan").text
    assert db.session.scalars(select(NoteDraft)).all() == []


def test_a_second_window_gets_409_and_both_texts_are_kept(client: OutsideClient, case_path: str) -> None:
    one, two = (draft_url(client.get(case_path + "/catatan").text) for _ in range(2))
    first = save(client, one, "Jendela satu")
    clash = save(client, two, "Jendela dua")
    assert clash.status_code == 409
    assert clash.json == {**first.json, "text": "Jendela satu"}
    page = client.get(case_path + "/catatan").text
    assert "Jendela satu</textarea>" in page
    assert "<bdi>Jendela dua</bdi>" in page


def test_a_draft_without_a_token_or_with_an_odd_revision(client: OutsideClient, case_path: str) -> None:
    url = draft_url(client.get(case_path + "/catatan").text)
    assert client.post(url, data={"text": "x"}).status_code == 403
    assert save(client, url, "x", "x").status_code == 422
    assert save(client, url, "a" * 100_001).status_code == 422
    assert db.session.scalars(select(NoteDraft)).all() == []


def test_changing_a_note_keeps_what_it_said(client: OutsideClient, case_path: str) -> None:
    path = note_path(client, case_path)
    page = client.get(path).text
    assert "Yang pertama.</textarea>" in page
    fields = {name: hidden(page, name) for name in ("window", "draft", "revision")}
    assert client.submit(path, text="Yang kedua.", **fields).status_code == 303
    page = client.get(path).text
    assert "Yang kedua.</textarea>" in page
    assert "<bdi>Yang pertama.</bdi>" in page


def test_a_stale_change_is_409_and_both_texts_are_kept(client: OutsideClient, case_path: str) -> None:
    path = note_path(client, case_path)
    one, two = (client.get(path).text for _ in range(2))
    client.submit(path, text="Dari jendela satu.", revision=hidden(one, "revision"), window=hidden(one, "window"))
    answer = client.submit(
        path, text="Dari jendela dua.", revision=hidden(two, "revision"), window=hidden(two, "window")
    )
    assert answer.status_code == 409
    assert "Dari jendela dua.</textarea>" in answer.text
    assert "<bdi>Dari jendela satu.</bdi>" in answer.text
    assert "Dari jendela dua.</textarea>" in client.get(path).text  # kept as a draft, should the browser die now
    fields = {name: hidden(answer.text, name) for name in ("window", "draft", "revision")}
    assert client.submit(path, text="Dari keduanya.", **fields).status_code == 303
    page = client.get(path).text
    assert "Dari keduanya.</textarea>" in page
    assert "<bdi>Dari jendela satu.</bdi>" in page
    assert db.session.scalars(select(NoteDraft)).all() == []


def test_a_note_of_another_case_and_a_foreign_page_of_notes(
    client: OutsideClient, case_path: str, owner: StaffMember
) -> None:
    note_id = note_path(client, case_path).rpartition("/")[2]
    other = f"/kasus/{make_case(owner, number=None)}"
    assert client.get(f"{other}/catatan/{note_id}").status_code == 404
    assert client.submit(f"{other}/catatan/{note_id}", text="x", revision=1).status_code == 404
    assert save(client, f"{other}/catatan/{note_id}/draf/{uuid.uuid4()}", "x").status_code == 404
    assert client.get(f"{other}/catatan?sebelum={note_id}").status_code == 404
    assert client.get(f"{other}/catatan?sebelum=null").status_code == 200
