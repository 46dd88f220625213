"""What other slices learn about staff."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from tesa.accounts.models import Account
from tesa.accounts.public import by_email, by_phone, emails, member, principal, staff, with_role
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tests.support.people import make_staff


def test_a_member_as_others_see_her(app: Flask) -> None:
    made = make_staff("psychologist", "coordinator", phone="+6281200000017", languages="id;su", kecamatan="32.75.01")
    seen = member(made.id)
    assert seen == made
    assert seen is not None
    assert seen.roles == {"psychologist", "coordinator"}
    assert seen.languages == {"id", "su"}
    assert seen.phone == "+6281200000017"


def test_neither_name_nor_number_shows_in_a_log(app: Flask) -> None:
    made = make_staff(phone="+6281200000017")
    assert "17" not in repr(made).replace(str(made.id), "").replace(made.email, "")
    assert made.name not in repr(made).replace(made.email, "")


def test_name_and_number_are_not_in_the_database(app: Flask) -> None:
    make_staff(phone="+6281200000017")
    row = db.session.execute(text("SELECT * FROM account")).one()
    kept = repr(tuple(bytes(v) if isinstance(v, memoryview) else v for v in row))
    assert "81200000017" not in kept
    assert "psychologist " not in kept


def test_by_id_also_those_who_have_left(app: Flask) -> None:
    here, gone = make_staff(), make_staff(active=False)
    assert set(staff([here.id, gone.id, new_id()])) == {here.id, gone.id}
    assert staff([]) == {}
    assert member(new_id()) is None


def test_by_email_in_any_case(app: Flask) -> None:
    made = make_staff()
    assert by_email(f" {made.email.upper()}") == made
    assert by_email("nobody@contoh.id") is None


def test_by_role_only_those_who_are_active(app: Flask) -> None:
    coordinator, both = make_staff("coordinator"), make_staff("outreach", "coordinator")
    make_staff("coordinator", active=False)
    make_staff("psychologist")
    assert {m.id for m in with_role("coordinator")} == {coordinator.id, both.id}


def test_by_number_only_if_it_is_the_same_number(app: Flask) -> None:
    """Many numbers share a blind index: what it finds is compared again after unsealing."""
    made, other = make_staff(phone="+6281200000017"), make_staff(phone="+6281200000018")
    with transaction():
        index = db.session.get_one(Account, made.id).phone_index
        db.session.get_one(Account, other.id).phone_index = index
    found = by_phone("+6281200000017")
    assert found is not None
    assert found.id == made.id
    assert by_phone("+6281200000019") is None


def test_by_number_only_those_who_are_active(app: Flask) -> None:
    make_staff(phone="+6281200000017", active=False)
    assert by_phone("+6281200000017") is None


def test_addresses_without_unsealing(app: Flask) -> None:
    made = make_staff()
    with transaction():
        db.session.get_one(Account, made.id).name_sealed = b"damaged"
    assert emails([made.id, new_id()]) == {made.id: made.email}
    assert emails([]) == {}


def test_nobody_is_the_person_of_a_request_without_a_sign_in(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(RuntimeError, match="nobody has signed in"):
        principal()
