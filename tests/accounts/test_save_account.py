"""A member of staff is added or changed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from flask import Flask

from tesa.accounts.actions.save_account import Details, save_account
from tesa.accounts.models import Account, StaffSession
from tesa.accounts.public import Role, StaffMember, by_email, by_phone, member
from tesa.core.db import db
from tesa.core.errors import RuleBroken
from tesa.core.transactions import transaction
from tests.accounts.making import NOW, trail
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, session_cookie

DETAILS = Details(
    email="Psikolog.Dua@Contoh.id",
    name=" Psikolog Dua ",
    phone="0812-0000-0017",
    roles=frozenset({Role.PSYCHOLOGIST}),
    gender="perempuan",
    languages=("id", "su"),
    kecamatan="32.75.01",
)


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still."""


def save(details: Details, by: StaffMember | None = None) -> StaffMember:
    with transaction():
        account_id = save_account(details, by.id if by else None, NOW)
    saved = member(account_id)
    db.session.rollback()
    assert saved is not None
    return saved


def test_what_is_kept_of_a_new_person(app: Flask) -> None:
    administrator = make_staff("administrator")
    saved = save(DETAILS, administrator)
    assert (saved.email, saved.name, saved.phone) == ("psikolog.dua@contoh.id", "Psikolog Dua", "+6281200000017")
    assert (saved.roles, saved.gender, saved.languages) == ({Role.PSYCHOLOGIST}, "P", {"id", "su"})
    assert (saved.kecamatan, saved.active) == ("32.75.01", True)
    found = by_phone("+6281200000017")
    assert found is not None
    assert found.id == saved.id
    (entry,) = trail("staff.add")
    assert (entry.actor_id, entry.object_id) == (administrator.id, saved.id)
    assert json.loads(entry.details) == {"roles": "psychologist", "active": True}


@pytest.mark.parametrize("word", ["P", "p", "female", "F", "Perempuan"])
def test_words_for_a_woman(app: Flask, word: str) -> None:
    assert save(replace(DETAILS, gender=word)).gender == "P"


@pytest.mark.parametrize("word", ["L", "male", "m", "Laki-laki"])
def test_words_for_a_man(app: Flask, word: str) -> None:
    assert save(replace(DETAILS, gender=word)).gender == "L"


def test_saving_the_same_again_changes_nothing(app: Flask) -> None:
    first = save(DETAILS)
    sealed = db.session.get_one(Account, first.id).name_sealed
    assert save(DETAILS) == first
    assert db.session.get_one(Account, first.id).name_sealed == sealed
    assert trail("staff.change") == []


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Psikolog Tiga"},
        {"phone": "+6281200000018"},
        {"phone": ""},
        {"gender": "L"},
        {"gender": ""},
        {"languages": ("id", "jv")},
        {"kecamatan": ""},
        {"roles": frozenset({Role.OUTREACH, Role.PSYCHOLOGIST})},
        {"active": False},
    ],
)
def test_each_change_is_kept_and_recorded(app: Flask, change: dict[str, object]) -> None:
    first = save(DETAILS)
    changed = save(replace(DETAILS, **change))  # type: ignore[arg-type]
    assert changed.id == first.id
    assert changed != first
    assert len(trail("staff.change")) == 1


def test_somebody_who_has_left_is_not_brought_back_by_a_list(app: Flask) -> None:
    save(replace(DETAILS, active=False))
    assert not save(replace(DETAILS, name="Psikolog Tiga")).active
    assert save(replace(DETAILS, active=True)).active


def signed_in_sessions() -> list[str | None]:
    db.session.expire_all()
    return [row.ended_why for row in db.session.query(StaffSession).all()]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"roles": frozenset({Role.COORDINATOR})}, "role"),
        ({"active": False}, "inactive"),
        ({"name": "Psikolog Tiga"}, None),
    ],
)
def test_whose_roles_change_or_who_leaves_is_signed_out(app: Flask, change: dict[str, object], why: str | None) -> None:
    session_cookie(save(DETAILS))
    save(replace(DETAILS, **change))  # type: ignore[arg-type]
    assert signed_in_sessions() == [why]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"email": "tanpa-at"}, "surel"),
        ({"email": "a@b"}, "surel"),
        ({"email": "dua@contoh@id.id"}, "surel"),
        ({"email": "psikоlog@contoh.id"}, "surel"),  # a Cyrillic о
        ({"email": "x" * 250 + "@contoh.id"}, "surel"),
        ({"email": "a\x00b@contoh.id"}, "surel"),
        ({"name": "  "}, "Nama"),
        ({"name": "x" * 201}, "Nama"),
        ({"name": "Psikolog\u202eaud"}, "Nama"),
        ({"name": "Psikolog\x00"}, "Nama"),
        ({"phone": "12"}, "telepon"),
        ({"phone": "bukan nomor"}, "telepon"),
        ({"roles": frozenset()}, "peran"),
        ({"languages": ("Indonesia",)}, "Bahasa"),
        ({"languages": ("id;su",)}, "Bahasa"),
        ({"languages": tuple(f"{a}{b}" for a in "abcde" for b in "vwxyz")}, "Bahasa"),
        ({"kecamatan": "x" * 61}, "kecamatan"),
        ({"kecamatan": "Bekasi\x00"}, "kecamatan"),
        ({"gender": "X"}, "kelamin"),
    ],
)
def test_what_cannot_be_right_is_refused_with_the_reason(app: Flask, change: dict[str, object], sentence: str) -> None:
    with pytest.raises(RuleBroken, match=sentence), transaction():
        save_account(replace(DETAILS, **change), None, NOW)  # type: ignore[arg-type]
    assert db.session.query(Account).count() == 0


def test_nobody_makes_herself_a_psychologist(app: Flask) -> None:
    administrator = make_staff("administrator")
    details = Details(administrator.email, administrator.name, administrator.phone or "", frozenset(Role))
    with pytest.raises(RuleBroken, match="diri sendiri"), transaction():
        save_account(details, administrator.id, NOW)
    assert member(administrator.id) == administrator


def test_another_administrator_may(app: Flask) -> None:
    one, other = make_staff("administrator"), make_staff("administrator")
    details = Details(one.email, one.name, one.phone or "", frozenset({Role.ADMINISTRATOR, Role.PSYCHOLOGIST}))
    assert Role.PSYCHOLOGIST in save(details, other).roles


@pytest.mark.parametrize("change", [{"active": False}, {"roles": frozenset({Role.OUTREACH})}])
def test_the_last_administrator_stays(app: Flask, change: dict[str, object]) -> None:
    make_staff("administrator", active=False)
    last = make_staff("administrator")
    details = Details(last.email, last.name, last.phone or "", frozenset({Role.ADMINISTRATOR}))
    with pytest.raises(RuleBroken, match="administrator"), transaction():
        save_account(replace(details, **change), last.id, NOW)  # type: ignore[arg-type]
    make_staff("administrator")
    assert save(replace(details, **change)) != last  # type: ignore[arg-type]


def test_an_address_belongs_to_one_person(app: Flask) -> None:
    first = save(DETAILS)
    assert save(replace(DETAILS, email="PSIKOLOG.DUA@contoh.ID", name="Lain")).id == first.id
    assert by_email("psikolog.dua@contoh.id") is not None
