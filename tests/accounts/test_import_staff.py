"""Staff from a CSV file: all rows or none."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from tesa.accounts.actions.import_staff import MOST_ROWS, UnfitFile, import_staff
from tesa.accounts.models import Account
from tesa.accounts.public import Role, by_email, everybody
from tesa.core.db import db
from tesa.core.transactions import transaction
from tests.accounts.making import NOW, trail

HEAD = "name,email,phone,roles,gender,languages,kecamatan\n"
GOOD = HEAD + (
    "Psikolog Satu,satu@contoh.id,0812-0000-0011,psychologist,P,id;su,32.75.01\n"
    "Koordinator,koor@contoh.id,+6281200000012,coordinator;administrator,laki-laki,id,\n"
    "\n"
    "Petugas,lapangan@contoh.id,,outreach,,,Rawalumbu\n"
)


def take(text: str) -> int:
    with force_locale("id"), transaction():
        return import_staff(text, NOW)


def problems(text: str) -> list[str]:
    with pytest.raises(UnfitFile) as refused:
        take(text)
    assert db.session.query(Account).count() == 0
    assert trail() == []
    return refused.value.problems


def test_everybody_in_the_file(app: Flask) -> None:
    assert take(GOOD) == 3
    one, coordinator, outreach = by_email("satu@contoh.id"), by_email("koor@contoh.id"), by_email("lapangan@contoh.id")
    assert one is not None
    assert coordinator is not None
    assert outreach is not None
    assert (one.phone, one.gender, one.languages, one.kecamatan) == ("+6281200000011", "P", {"id", "su"}, "32.75.01")
    assert coordinator.roles == {Role.COORDINATOR, Role.ADMINISTRATOR}
    assert (outreach.phone, outreach.languages, outreach.kecamatan) == (None, {"id"}, "Rawalumbu")


def test_again_changes_nothing(app: Flask) -> None:
    take(GOOD)
    before, entries = everybody(), len(trail())
    assert take(GOOD) == 3
    assert (everybody(), len(trail())) == (before, entries)


def test_a_changed_row_changes_that_person(app: Flask) -> None:
    take(GOOD)
    take(GOOD.replace("Rawalumbu", "Jatiasih").replace("lapangan@", "LAPANGAN@"))
    person = by_email("lapangan@contoh.id")
    assert person is not None
    assert person.kecamatan == "Jatiasih"
    assert len(everybody()) == 3


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("name,email", "Name, Email"),
        "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in GOOD.splitlines() if line),
    ],
)
def test_as_spreadsheets_write_it(app: Flask, text: str) -> None:
    assert take(text) == 3


def test_as_indonesian_excel_writes_it(app: Flask) -> None:
    text = 'name;email;phone;roles;gender;languages;kecamatan\nSatu;satu@contoh.id;;"psychologist;outreach";P;id;\n'
    assert take(text) == 1
    person = by_email("satu@contoh.id")
    assert person is not None
    assert person.roles == {Role.PSYCHOLOGIST, Role.OUTREACH}


def test_columns_in_another_order(app: Flask) -> None:
    assert take("email,name,roles,phone,kecamatan,languages,gender\nsatu@contoh.id,Satu,outreach,,,id,L\n") == 1
    person = by_email("satu@contoh.id")
    assert person is not None
    assert (person.name, person.gender) == ("Satu", "L")


def test_one_bad_row_refuses_all_and_each_bad_row_is_named(app: Flask) -> None:
    text = GOOD + (
        "Psikolog Dua,dua@contoh.id,12,psychologist,P,id,\n"
        "Psikolog Tiga,SATU@contoh.id,,psychologist,P,id,\n"
        "Psikolog Empat,empat@contoh.id,,root,P,id,\n"
        ",lima@contoh.id,,psychologist,P,id,\n"
        '"Psikolog\nEnam",enam@contoh.id,,psychologist,P,id,\n'
        "Psikolog Tujuh,tujuh@contoh.id,,psychologist,P,id,\n"
        "Psikolog Delapan,bukan surel,,psychologist,P,id,\n"
    )
    lines = problems(text)
    assert [line.split(":")[0] for line in lines] == [
        "baris / line 6", "baris 7", "baris / line 8", "baris / line 9", "baris / line 10", "baris / line 13",
    ]  # fmt: skip
    assert "Nomor telepon" in lines[0]
    assert "The telephone number" in lines[0] or "phone number" in lines[0].lower()
    assert "sama dengan baris 2 / line 7: same e-mail as line 2" in lines[1]
    assert "unknown role: 'root'" in lines[2]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "nama,surel\n", HEAD.replace("phone,", ""), HEAD.strip() + ",extra\n", "\x00"]
)
def test_other_columns_are_refused(app: Flask, text: str) -> None:
    assert "name,email,phone,roles,gender,languages,kecamatan" in problems(text)[0]


@pytest.mark.parametrize("row", ["a,b\n", "Satu,satu@contoh.id,,psychologist,P,id,,,\n"])
def test_rows_with_too_few_or_too_many_cells_are_named(app: Flask, row: str) -> None:
    assert problems(GOOD + row) == ["baris 6: jumlah kolom salah / line 6: wrong number of columns"]


def test_a_quote_that_never_ends_is_no_csv(app: Flask) -> None:
    assert problems(GOOD + '"Satu,satu@contoh.id') == ["baris / line 6: bukan CSV / not CSV"]


def test_a_file_without_end_is_refused(app: Flask) -> None:
    assert "too many" in problems(HEAD + "a,b,c,d,e,f,g\n" * (MOST_ROWS + 1))[0]


def test_an_empty_list_is_no_error(app: Flask) -> None:
    assert take(HEAD) == 0


def test_cells_stay_what_they_are(app: Flask) -> None:
    take(HEAD + "=1+1 {{7*7}} '; DROP TABLE account; --,satu@contoh.id,,psychologist,P,id,\n")
    person = by_email("satu@contoh.id")
    assert person is not None
    assert person.name == "=1+1 {{7*7}} '; DROP TABLE account; --"
