"""The pages of the rota as a coordinator, a psychologist, an outreach worker and an administrator meet them."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from lxml import html
from werkzeug.test import TestResponse

from tesa.accounts.public import StaffMember
from tesa.psychologists.actions.pause import pause
from tesa.psychologists.rules.rota_file import read
from tests.psychologists.presence import do, state_of
from tests.psychologists.rota import add, all_rows, at, row
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, make_staff, signed_in

pytestmark = pytest.mark.usefixtures("clock")
# The clock stands on Tuesday 24 November 2026, 10.00 in Bekasi; that week begins on Monday the 23rd.


@pytest.fixture
def coordinator(client: OutsideClient) -> StaffMember:
    """A coordinator, signed in."""
    person = make_staff("coordinator")
    signed_in(client, person)
    return person


def words(response: TestResponse) -> str:
    """All text of a page, blanks folded."""
    return " ".join(html.fromstring(response.text).text_content().split())


def form(somebody: StaffMember, **changes: str) -> dict[str, str]:
    """A valid form: first line, tomorrow 08.00 to 20.00."""
    return {
        "account_id": str(somebody.id), "line": "hotline", "tier": "1", "starts_at": "2026-11-25T08:00",
        "ends_at": "2026-11-25T20:00", **changes,
    }  # fmt: skip


# -- the week
def test_the_week_is_a_table_of_people_and_days(client: OutsideClient, coordinator: StaffMember) -> None:
    somebody = make_staff("psychologist")
    add(somebody.id, 10, 22)  # 20.00 to 08.00
    page = html.fromstring(client.get("/jadwal").text)
    heads = [" ".join(th.text_content().split()) for th in page.xpath("//table[@class='week']/thead//th")]
    assert heads[1:] == [
        "Sen, 23 Nov",
        "Sel, 24 Novhari ini",
        "Rab, 25 Nov",
        "Kam, 26 Nov",
        "Jum, 27 Nov",
        "Sab, 28 Nov",
        "Min, 29 Nov",
    ]
    (line,) = page.xpath(f"//table//tr[th[@scope='row'][bdi='{somebody.name}']]")
    cells = [" ".join(td.text_content().split()) for td in line.xpath("td")]
    assert "20.00–08.00 esoknya Baris pertama" in cells[1]
    assert "hingga 08.00 Baris pertama" in cells[2]
    assert "12 jam" in line.xpath("th")[0].text_content()


def test_gaps_stand_in_words_and_are_marked(client: OutsideClient, coordinator: StaffMember) -> None:
    add(make_staff("psychologist").id, 14, 20)  # Wednesday 00.00 to 06.00
    page = html.fromstring(client.get("/jadwal").text)
    (lane,) = page.xpath("//table//tr[th='Baris pertama']")
    cells = lane.xpath("td")
    assert ["data-gap" in td.attrib for td in cells] == [True] * 7
    assert "kosong 06.00–24.00" in " ".join(cells[2].text_content().split())
    assert "kosong sepanjang hari" in " ".join(cells[3].text_content().split())
    (backup,) = page.xpath("//table//tr[th='Cadangan']")
    assert all("data-gap" not in td.attrib for td in backup.xpath("td"))


def test_the_next_gap_stands_above(client: OutsideClient, coordinator: StaffMember) -> None:
    somebody = make_staff("psychologist")
    make_shift(somebody.id, starts_at=at(-1), ends_at=at(5))
    assert "Celah berikutnya: Sel, 24 Nov 15.00" in words(client.get("/jadwal"))
    for day in range(29):
        make_shift(somebody.id, starts_at=at(5 + 24 * day), ends_at=at(29 + 24 * day))
    assert "tanpa celah selama 28 hari" in words(client.get("/jadwal"))


@pytest.mark.parametrize(
    ("asked", "monday"),
    [
        ("2026-12-02", "Sen, 30 Nov"),
        ("2026-11-23", "Sen, 23 Nov"),
        ("besok", "Sen, 23 Nov"),
        ("9999-12-31", "Sen, 23 Nov"),
        ("0001-01-01", "Sen, 23 Nov"),
    ],
)
def test_any_week_can_be_shown(client: OutsideClient, coordinator: StaffMember, asked: str, monday: str) -> None:
    page = html.fromstring(client.get("/jadwal", query_string={"dari": asked}).text)
    assert " ".join(page.xpath("//thead//th[2]")[0].text_content().split()) == monday


def test_inactive_people_on_the_rota_are_shown_but_cover_nothing(
    client: OutsideClient, coordinator: StaffMember
) -> None:
    gone = make_staff("psychologist", active=False)
    make_shift(gone.id, starts_at=at(0), ends_at=at(12))
    page = html.fromstring(client.get("/jadwal").text)
    (line,) = page.xpath(f"//table//tr[th[bdi='{gone.name}']]")
    assert "tidak aktif" in line.text_content()
    (lane,) = page.xpath("//table//tr[th='Baris pertama']")
    assert "kosong sepanjang hari" in " ".join(lane.xpath("td")[1].text_content().split())


@pytest.mark.parametrize("role", ["psychologist", "administrator"])
def test_readers_see_no_way_to_change(client: OutsideClient, role: str) -> None:
    shift = add(make_staff("psychologist").id, 10, 22)
    signed_in(client, make_staff(role))
    page = client.get("/jadwal")
    assert page.status_code == 200
    assert str(shift) not in page.text
    assert "/jadwal/tambah" not in page.text
    for path in ("/jadwal/tambah", f"/jadwal/{shift}", "/jadwal/impor"):
        assert client.get(path).status_code == 404
    assert client.submit(f"/jadwal/{shift}/hapus").status_code == 404
    assert row(shift).status == "planned"


def test_the_page_is_english_for_those_who_want_it(client: OutsideClient, coordinator: StaffMember) -> None:
    assert "Next gap" in words(client.get("/jadwal?lang=en"))


# -- one assignment
def test_a_shift_is_added(client: OutsideClient, coordinator: StaffMember) -> None:
    somebody = make_staff("psychologist")
    answer = client.submit("/jadwal/tambah", **form(somebody))
    assert (answer.status_code, answer.location) == (303, "/jadwal?dari=2026-11-23")
    begins = datetime(2026, 11, 25, 1, tzinfo=UTC)
    assert all_rows() == [(somebody.id, begins, begins + timedelta(hours=12), "planned")]
    assert "Giliran ditambahkan." in words(client.get(answer.location))


def test_the_add_form_opens_with_what_the_cell_suggests(client: OutsideClient, coordinator: StaffMember) -> None:
    worker = make_staff("outreach")
    page = html.fromstring(client.get(f"/jadwal/tambah?orang={worker.id}&tanggal=2026-11-28&jalur=outreach").text)
    assert page.xpath("//select[@name='account_id']/option[@selected]/@value") == [str(worker.id)]
    assert page.xpath("//select[@name='line']/option[@selected]/@value") == ["outreach"]
    assert page.xpath("//input[@name='starts_at']/@value") == ["2026-11-28T08:00"]
    assert page.xpath("//input[@name='ends_at']/@value") == ["2026-11-28T20:00"]
    for odd in ("tanggal=9999-12-31", "tanggal=0001-01-01", "tanggal=x&orang=y&tingkat=z&jalur=q"):
        assert client.get(f"/jadwal/tambah?{odd}").status_code == 200


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ends_at": "2026-11-25T07:00"}, "Selesai harus sesudah mulai."),
        ({"ends_at": "2026-11-25T08:00"}, "Selesai harus sesudah mulai."),
        ({"ends_at": "2026-11-27T08:01"}, "paling lama 48 jam"),
        ({"starts_at": "", "ends_at": ""}, "Isi tanggal dan jam mulai."),
        ({"starts_at": "besok"}, "Isi tanggal dan jam, misalnya"),
        ({"starts_at": "9999-12-31T23:59", "ends_at": "9999-12-31T23:59"}, "di luar 2000–2099"),
        ({"starts_at": "0001-01-01T00:00", "ends_at": "0001-01-01T00:01"}, "di luar 2000–2099"),
        ({"tier": "3"}, "hanya untuk koordinator"),
        ({"tier": "9"}, "Pilih dari daftar."),
        ({"line": "outreach"}, "hanya untuk petugas penjangkauan"),
        ({"line": "kitchen"}, "Pilih dari daftar."),
        ({"account_id": ""}, "Pilih orang."),
        ({"account_id": "x'; drop table assignment"}, "Pilih dari daftar."),
        ({"account_id": "7d4b21cb-15d4-4e36-9e94-24b5a4a3a6a0"}, "Pilih dari daftar."),
    ],
)
def test_a_refused_form_says_why_and_keeps_what_was_typed(
    client: OutsideClient, coordinator: StaffMember, changes: dict[str, str], sentence: str
) -> None:
    somebody = make_staff("psychologist")
    filled = form(somebody, **changes)
    answer = client.submit("/jadwal/tambah", **filled)
    assert answer.status_code == 422
    assert sentence in words(answer)
    page = html.fromstring(answer.text)
    if "starts_at" not in changes:
        assert page.xpath("//input[@name='starts_at']/@value") == [filled["starts_at"]]
    if "account_id" not in changes:
        assert page.xpath("//select[@name='account_id']/option[@selected]/@value") == [str(somebody.id)]
    assert all_rows() == []


def test_double_duty_is_422_with_the_time_of_the_other_duty(client: OutsideClient, coordinator: StaffMember) -> None:
    somebody = make_staff("psychologist")
    client.submit("/jadwal/tambah", **form(somebody))
    answer = client.submit("/jadwal/tambah", **form(somebody, starts_at="2026-11-25T19:00", ends_at="2026-11-26T03:00"))
    assert answer.status_code == 422
    assert "sudah bertugas Rab, 25 Nov 08.00 sampai Rab, 25 Nov 20.00" in words(answer)
    assert 'value="2026-11-25T19:00"' in answer.text
    assert len(all_rows()) == 1


def test_a_shift_is_changed_and_the_second_who_changes_it_is_told(
    client: OutsideClient, coordinator: StaffMember
) -> None:
    somebody = make_staff("psychologist")
    shift = add(somebody.id, 22, 34)
    page = html.fromstring(client.get(f"/jadwal/{shift}").text)
    assert page.xpath("//input[@name='starts_at']/@value") == ["2026-11-25T08:00"]
    assert page.xpath("//input[@name='sequence']/@value")[0] == "0"
    changed = form(somebody, tier="2", ends_at="2026-11-25T22:00", sequence="0")
    assert client.submit(f"/jadwal/{shift}", **changed).status_code == 303
    assert (row(shift).tier, row(shift).ends_at) == (2, at(36))
    late = client.submit(f"/jadwal/{shift}", **form(somebody, tier="1", sequence="0"))
    assert late.status_code == 409
    assert "sudah diubah orang lain" in words(late)
    assert row(shift).tier == 2


def test_a_running_shift_keeps_its_start_whatever_is_sent(client: OutsideClient, coordinator: StaffMember) -> None:
    somebody = make_staff("psychologist")
    shift = make_shift(somebody.id, starts_at=at(-1.0001), ends_at=at(8))
    page = html.fromstring(client.get(f"/jadwal/{shift}").text)
    assert page.xpath("//input[@name='starts_at']") == []
    sent = form(somebody, starts_at="2026-11-24T09:30", ends_at="2026-11-24T20:00", sequence="0")
    assert client.submit(f"/jadwal/{shift}", **sent).status_code == 303
    assert (row(shift).starts_at, row(shift).ends_at) == (at(-1.0001), at(10))


def test_a_shift_that_is_over_cannot_be_changed(client: OutsideClient, coordinator: StaffMember) -> None:
    somebody = make_staff("psychologist")
    shift = make_shift(somebody.id, starts_at=at(-10), ends_at=at(-1))
    page = client.get(f"/jadwal/{shift}")
    assert "tidak dapat diubah" in words(page)
    assert html.fromstring(page.text).xpath("//form[contains(@action, 'jadwal')]") == []
    assert client.submit(f"/jadwal/{shift}", **form(somebody, sequence="0")).status_code == 422


def test_a_shift_is_given_to_somebody_else(client: OutsideClient, coordinator: StaffMember) -> None:
    one, other = make_staff("psychologist"), make_staff("psychologist")
    shift = add(one.id, 22, 34)
    assert client.submit(f"/jadwal/{shift}", **form(other, sequence="0")).status_code == 303
    assert [(who, status) for who, _, _, status in all_rows() if status == "planned"] == [(other.id, "planned")]
    assert client.get(f"/jadwal/{shift}").status_code == 404


def test_a_shift_is_removed(client: OutsideClient, coordinator: StaffMember) -> None:
    shift = add(make_staff("psychologist").id, 22, 34)
    stale = client.submit(f"/jadwal/{shift}/hapus", sequence="4")
    assert stale.status_code == 409
    assert client.submit(f"/jadwal/{shift}/hapus", sequence="0").status_code == 303
    assert row(shift).status == "cancelled"
    assert client.submit(f"/jadwal/{shift}/hapus", sequence="0").status_code == 404


def test_without_its_token_nothing_is_changed(client: OutsideClient, coordinator: StaffMember) -> None:
    somebody = make_staff("psychologist")
    shift = add(somebody.id, 22, 34)
    for path, sent in (
        ("/jadwal/tambah", form(somebody)),
        (f"/jadwal/{shift}/hapus", {}),
        ("/siaga/jeda", {"reason": "rest"}),
    ):
        assert client.post(path, data=sent).status_code == 403
    assert [found[3] for found in all_rows()] == ["planned"]


# -- files
def send(client: OutsideClient, content: bytes) -> TestResponse:
    return client.submit("/jadwal/impor", file=(io.BytesIO(content), "rota.csv"))


def test_a_file_is_imported(client: OutsideClient, coordinator: StaffMember) -> None:
    make_staff("psychologist", email="satu@contoh.id")
    answer = send(client, b"email,start,end,tier\nsatu@contoh.id,2026-11-25T08:00+07:00,2026-11-25T20:00+07:00,1\n")
    assert answer.status_code == 303
    assert "1 giliran ditambahkan, 0 sudah ada." in words(client.get(answer.location))
    assert len(all_rows()) == 1


def test_a_refused_file_shows_each_line_at_fault(client: OutsideClient, coordinator: StaffMember) -> None:
    content = b"email,start,end,tier\n<b>@contoh.id,2026-11-25T08:00+07:00,2026-11-25T20:00+07:00,1\nx,y,z,1\n"
    answer = send(client, content)
    assert answer.status_code == 422
    lines = [
        [" ".join(c.text_content().split()) for c in tr] for tr in html.fromstring(answer.text).xpath("//tbody/tr")
    ]
    assert lines == [
        ["2", "“<b>@contoh.id” bukan orang yang aktif di jadwal."],
        ["3", "Waktu “y” tidak terbaca. Contoh: 2026-11-24T08:00+07:00."],
    ]
    assert all_rows() == []


def test_of_very_many_complaints_a_hundred_are_shown(client: OutsideClient, coordinator: StaffMember) -> None:
    answer = send(client, b"email,start,end,tier\n" + b"x,y,z,1\n" * 250)
    assert len(html.fromstring(answer.text).xpath("//tbody/tr")) == 100
    assert "Dan 150 baris lagi." in words(answer)


@pytest.mark.parametrize("sent", [{}, {"file": ""}])
def test_a_form_without_a_file_is_422(client: OutsideClient, coordinator: StaffMember, sent: dict[str, str]) -> None:
    answer = client.submit("/jadwal/impor", **sent)
    assert (answer.status_code, "Pilih berkas." in words(answer)) == (422, True)


def test_what_is_exported_can_be_imported(client: OutsideClient, coordinator: StaffMember) -> None:
    somebody, worker = make_staff("psychologist", email="satu@contoh.id"), make_staff("outreach", email="dua@contoh.id")
    add(somebody.id, 22, 34)
    add(worker.id, 22, 34, 2, "outreach")
    add(somebody.id, 24 * 30, 24 * 30 + 8)
    answer = client.get("/jadwal/jadwal.csv?dari=2026-11-24")
    assert answer.headers["Content-Disposition"] == "attachment; filename=jadwal-2026-11-23.csv"
    assert "satu@contoh.id,2026-11-25T08:00:00+07:00,2026-11-25T20:00:00+07:00,1,hotline" in answer.text
    found, complaints = read(answer.text)
    assert ([r.email for r in found], complaints) == (
        [*sorted(["satu@contoh.id", "dua@contoh.id"], key=[r.email for r in found].index)],
        [],
    )
    again = send(client, answer.data)
    assert "0 giliran ditambahkan, 2 sudah ada." in words(client.get(again.location))


# -- my own
@pytest.mark.parametrize("role", ["psychologist", "outreach", "coordinator"])
def test_everybody_on_the_rota_sees_her_own_shifts(client: OutsideClient, role: str) -> None:
    me, colleague = make_staff(role), make_staff(role)
    tier, line = (3, "hotline") if role == "coordinator" else (1, "outreach" if role == "outreach" else "hotline")
    add(me.id, -2, 6, tier, line)
    add(me.id, 24, 36, tier, line)
    add(colleague.id, 48, 60, tier, line)
    signed_in(client, me)
    page = client.get("/jadwal/saya")
    assert "hingga Sel, 24 Nov 16.00" in words(page)
    listed = [" ".join(li.text_content().split()) for li in html.fromstring(page.text).xpath("//ol/li")]
    assert len(listed) == 2
    assert listed[0].startswith("Selasa, 24 Nov 2026 08.00–16.00 8 jam")
    assert "berjalan" in listed[0]


def test_administrators_have_no_shifts_of_their_own(client: OutsideClient) -> None:
    signed_in(client, make_staff("administrator"))
    assert client.get("/jadwal/saya").status_code == 404


# -- on duty
@pytest.fixture
def psychologist(client: OutsideClient) -> StaffMember:
    """A psychologist on duty, signed in."""
    person = make_staff("psychologist")
    make_shift(person.id)
    signed_in(client, person)
    return person


def buttons(response: TestResponse) -> list[str]:
    """What the buttons about duty say."""
    found = html.fromstring(response.text).xpath("//form[starts-with(@action, '/siaga/')]//button")
    return [" ".join(button.text_content().split()) for button in found]


def test_pausing_going_home_and_coming_back(client: OutsideClient, psychologist: StaffMember) -> None:
    assert buttons(client.get("/jadwal/saya")) == [
        "Istirahat",
        "Menenangkan diri",
        "Gangguan teknis",
        "Pulang lebih awal",
    ]
    answer = client.submit("/siaga/jeda", reason="debrief", next="/jadwal/saya")
    assert (answer.status_code, answer.location) == (303, "/jadwal/saya")
    page = client.get("/jadwal/saya")
    assert "menenangkan diri" in words(page)
    assert buttons(page) == ["Siap menerima lagi"]
    client.submit("/siaga/mulai")
    assert state_of(psychologist.id) == "free"
    client.submit("/siaga/selesai")
    assert state_of(psychologist.id) == "off"


def test_a_pause_without_a_reason_of_the_list_is_422(client: OutsideClient, psychologist: StaffMember) -> None:
    for reason in ("", "because", "<script>"):
        assert client.submit("/siaga/jeda", reason=reason).status_code == 422
    assert state_of(psychologist.id) == "free"


def test_nobody_is_led_to_another_site(client: OutsideClient, psychologist: StaffMember) -> None:
    assert client.submit("/siaga/mulai", next="https://example.org/").location == "/"
    assert client.submit("/siaga/mulai", next="//example.org").location == "/"


def test_off_duty_a_sentence_says_so(client: OutsideClient) -> None:
    signed_in(client, make_staff("psychologist"))
    client.submit("/siaga/jeda", reason="rest")
    assert "tidak sedang bertugas menurut jadwal" in words(client.get("/jadwal/saya"))


def test_a_pause_ends_with_the_duty_also_on_the_page(
    client: OutsideClient, psychologist: StaffMember, clock: MovedClock
) -> None:
    make_shift(psychologist.id, starts_at=at(30))
    do(pause, psychologist.id, "rest")
    clock.advance(31 * 3600)
    signed_in(client, psychologist)
    page = words(client.get("/jadwal/saya"))
    assert "Siap menerima" in page
    assert not re.search(r"\bJeda\b", page)
