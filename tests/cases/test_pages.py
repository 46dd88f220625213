"""The list, the search and the page of a case, as browsers see them."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask

from tesa.accounts.public import StaffMember
from tesa.cases.actions.open_case import open_case
from tesa.cases.public import plan_of_number
from tesa.core.transactions import transaction
from tests.cases.making import NAME, NOW, NUMBER, audited, case_of, events_of, make_case
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in

TOKENS = re.compile(rb'"[\w-]+\.[\w-]+\.[\w-]+"')  # signed anew in each answer
ODD_NAME = "<script>alert(1)</script> {{7*7}} '; DROP TABLE person; -- \u202etfel"


@pytest.fixture(autouse=True)
def _clock(clock: MovedClock) -> None:
    clock.set(NOW)


def browser(app: Flask, who: StaffMember) -> OutsideClient:
    return signed_in(app.test_client(), who)


def test_the_own_list_holds_neither_names_nor_numbers(app: Flask) -> None:
    owner, other = make_staff(), make_staff()
    make_case(owner, risk="high")
    make_case(other, number=None)
    page = browser(app, owner).get("/kasus").text
    assert "2026-0001" in page
    assert "Tinggi" in page
    assert "2026-0002" not in page
    assert NAME not in page
    assert NUMBER[-4:] not in page


def test_the_coordinators_list_holds_all_cases_and_who_has_them(app: Flask) -> None:
    owner, coordinator = make_staff(), make_staff("coordinator")
    make_case(owner, alias="Melati")
    page = browser(app, coordinator).get("/kasus").text
    assert "2026-0001" in page
    assert owner.email in page
    assert NAME not in page


@pytest.mark.parametrize("query", ["?hal=0", "?hal=-1", "?hal=x", "?hal=9223372036854775808", "?tab=lain", "?hal=2"])
def test_odd_pages_of_the_list(app: Flask, query: str) -> None:
    assert browser(app, make_staff()).get("/kasus" + query).status_code == 200


def test_the_list_in_pages(app: Flask) -> None:
    owner = make_staff()
    with transaction():
        for _ in range(51):
            open_case(None, "", None, None, owner.id, None, NOW)
    client = browser(app, owner)
    first, second = client.get("/kasus").text, client.get("/kasus?hal=2").text
    assert "hal=2" in first
    assert len(set(re.findall(r"2026-\d{4}", first)) | set(re.findall(r"2026-\d{4}", second))) == 51


@pytest.mark.parametrize(("text", "found"), [(NUMBER, True), ("2026-1", True), ("+6281200000018", False)])
def test_searching(app: Flask, text: str, found: bool) -> None:
    owner = make_staff()
    make_case(owner)
    answer = browser(app, owner).submit("/kasus/cari", text=text)
    assert answer.status_code == 200
    assert ("2026-0001" in answer.text) is found
    assert ("Tidak ada kasus yang cocok" in answer.text) is not found
    assert NAME not in answer.text
    assert len(audited("case.find")) == 1


def test_a_search_for_nothing(app: Flask) -> None:
    assert browser(app, make_staff()).submit("/kasus/cari", text="").status_code == 422
    assert audited("case.find") == []


def test_the_owners_page_shows_the_name_literally(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner, name=ODD_NAME)
    answer = browser(app, owner).get(f"/kasus/{case_id}")
    assert answer.status_code == 200
    assert "<script>alert(1)" not in answer.text
    assert (
        "<bdi>&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}} &#39;; DROP TABLE person; -- \u202etfel</bdi>"
        in answer.text
    )
    assert NUMBER in answer.text
    assert "Nama" not in re.findall(r"<title>(.*?)</title>", answer.text)[0]
    assert len(audited("case.read")) == 1
    assert owner.email in answer.text.split("Siapa membuka kasus ini")[1]


def test_a_coordinators_page_shows_neither_name_nor_notes(app: Flask) -> None:
    case_id = make_case(make_staff(), alias="Melati")
    client = browser(app, make_staff("coordinator"))
    page = client.get(f"/kasus/{case_id}").text
    assert "Melati" in page
    assert NAME not in page
    assert f"/kasus/{case_id}/catatan" not in page
    assert client.get(f"/kasus/{case_id}/catatan").status_code == 404


ADDRESSES = [
    ("GET", ""), ("GET", "/catatan"), ("GET", "/catatan/{note}"), ("POST", "/catatan"), ("POST", "/catatan/{note}"),
    ("POST", "/draf/{note}"), ("POST", "/catatan/{note}/draf/{note}"), ("POST", "/risiko"), ("POST", "/pemilik"),
    ("POST", "/tutup"), ("POST", "/buka-kembali"), ("POST", "/orang"), ("POST", "/kontak-aman"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
@pytest.mark.parametrize("role", ["psychologist", "outreach", "administrator"])
def test_what_one_may_not_see_looks_like_what_is_not_there(app: Flask, role: str, method: str, path: str) -> None:
    case_id, client = make_case(make_staff()), browser(app, make_staff(role))
    path = path.format(note=uuid.uuid4())
    form = {"text": "Catatan", "risk": "high", "reason": "moved", "account_id": str(uuid.uuid4()), "revision": "1"}
    foreign, nowhere = (
        client.open(f"/kasus/{i}{path}", method=method, data={**form, "csrf_token": client.csrf_token()})
        for i in (case_id, uuid.uuid4())
    )
    assert foreign.status_code == nowhere.status_code == 404
    assert TOKENS.sub(b"", foreign.data) == TOKENS.sub(b"", nowhere.data)
    assert events_of(case_id) == ["opened"]


@pytest.mark.parametrize("odd", ["0", "-1", "null", "9223372036854775808", "%00", "../../etc/passwd"])
def test_ids_that_are_none(app: Flask, odd: str) -> None:
    assert browser(app, make_staff()).get(f"/kasus/{odd}").status_code == 404


def test_a_form_without_its_token(app: Flask) -> None:
    owner = make_staff()
    case_id = make_case(owner)
    assert browser(app, owner).post(f"/kasus/{case_id}/risiko", data={"risk": "high"}).status_code == 403
    assert case_of(case_id).risk is None


def test_judging_the_risk(app: Flask) -> None:
    owner = make_staff()
    case_id, client = make_case(owner), browser(app, owner)
    assert client.submit(f"/kasus/{case_id}/risiko", risk="high").status_code == 303
    assert case_of(case_id).risk == "high"
    refused = client.submit(f"/kasus/{case_id}/risiko", risk="low", why="")
    assert refused.status_code == 422
    assert "Menurunkan risiko perlu alasan." in refused.text
    assert client.submit(f"/kasus/{case_id}/risiko", risk="terrible").status_code == 422
    assert client.submit(f"/kasus/{case_id}/risiko", risk="low", why="a" * 2001).status_code == 422
    assert case_of(case_id).risk == "high"


def test_an_owner_smuggled_into_a_form_is_ignored(app: Flask) -> None:
    owner, other = make_staff(), make_staff()
    case_id = make_case(owner)
    browser(app, owner).submit(f"/kasus/{case_id}/risiko", risk="high", owner_id=str(other.id), status="closed")
    assert (case_of(case_id).owner_id, case_of(case_id).status) == (owner.id, "screened")


def test_handing_over_closing_and_reopening(app: Flask) -> None:
    owner, other, coordinator = make_staff(), make_staff(), make_staff("coordinator")
    case_id, client = make_case(owner), browser(app, coordinator)
    assert other.email in client.get(f"/kasus/{case_id}").text
    assert client.submit(f"/kasus/{case_id}/pemilik", account_id="null").status_code == 422
    assert client.submit(f"/kasus/{case_id}/pemilik", account_id=str(other.id)).status_code == 303
    assert case_of(case_id).owner_id == other.id
    assert client.submit(f"/kasus/{case_id}/tutup", reason="").status_code == 422
    assert client.submit(f"/kasus/{case_id}/tutup", reason="moved").status_code == 303
    page = client.get(f"/kasus/{case_id}").text
    assert "Pindah atau dialihkan" in page
    assert client.submit(f"/kasus/{case_id}/buka-kembali").status_code == 303
    assert case_of(case_id).status == "reopened"


def test_the_safe_contact_plan(app: Flask) -> None:
    owner = make_staff()
    case_id, client = make_case(owner), browser(app, owner)
    assert "Belum pernah ditanyakan" in client.get(f"/kasus/{case_id}").text
    path = f"/kasus/{case_id}/kontak-aman"
    assert client.submit(path, to_call="maybe", to_message="yes").status_code == 422
    assert (
        client.submit(path, to_call="no", to_message="yes", hours="<b>pagi</b>", code_word="melati").status_code == 303
    )
    page = client.get(f"/kasus/{case_id}").text
    assert "Menelepon: Tidak aman" in page
    assert "<bdi>&lt;b&gt;pagi&lt;/b&gt;</bdi>" in page
    assert plan_of_number(NUMBER) == "no"


def test_describing_the_person(app: Flask) -> None:
    owner = make_staff()
    case_id, client = make_case(owner), browser(app, owner)
    path = f"/kasus/{case_id}/orang"
    refused = client.submit(path, name="Nama Baru", birth_year="2027")
    assert refused.status_code == 422
    assert 'value="Nama Baru"' in refused.text  # what she typed is still there
    assert client.submit(path, name="Nama Baru", birth_year="dua ribu").status_code == 422
    assert client.submit(path, name="Nama Baru", alias="Melati", gender="P", birth_year="2011").status_code == 303
    assert "<bdi>Nama Baru</bdi>" in client.get(f"/kasus/{case_id}").text


def test_every_id_on_the_page_is_there_once(app: Flask) -> None:
    """A label, a script and a link find by id; `words` and `keys` belong to the frame."""
    owner = make_staff()
    page = browser(app, owner).get(f"/kasus/{make_case(owner)}").text
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))
