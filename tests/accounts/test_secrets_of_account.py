"""Passwords and codes."""

from __future__ import annotations

import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import Flask

from tesa.accounts import secrets_of_account
from tesa.accounts.secrets_of_account import TooBusy, accepted_step, hashed, matches, new_seed, take_step
from tesa.core.transactions import transaction
from tests.accounts.making import NOW, PASSWORD
from tests.support.people import make_staff


def test_a_password_matches_its_hash_alone(app: Flask) -> None:
    kept = hashed(PASSWORD)
    assert matches(kept, PASSWORD)
    assert not matches(kept, PASSWORD + " ")
    assert not matches(kept, "")
    assert not matches(None, PASSWORD)
    assert not matches("not a hash", PASSWORD)
    assert hashed(PASSWORD) != kept


def test_the_hash_is_argon2id_of_64_mib(app: Flask) -> None:
    assert hashed(PASSWORD).startswith("$argon2id$v=19$m=65536,t=3,p=1$")


def test_without_the_pepper_a_stolen_hash_cannot_be_guessed(app: Flask) -> None:
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(hashed(PASSWORD), PASSWORD)


def test_the_same_letters_match_however_a_keyboard_composes_them(app: Flask) -> None:
    composed = "café di sudut jalan besar"
    assert matches(hashed(composed), unicodedata.normalize("NFD", composed))


def test_a_flood_of_sign_ins_is_turned_away_instead_of_queued(app: Flask) -> None:
    """At most eight requests hash or wait for it; the other threads stay free for calls."""
    start = threading.Barrier(24)

    def attempt(_number: int) -> str:
        with app.app_context():
            start.wait()
            try:
                return "wrong" if not matches(None, PASSWORD) else "right"
            except TooBusy as busy:
                return str(busy.status)

    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(attempt, range(24)))
    assert answers.count("503") >= 8
    assert answers.count("wrong") >= 8
    assert not matches(None, PASSWORD)  # all places were given back
    assert secrets_of_account._line._value == secrets_of_account.IN_LINE


@pytest.mark.parametrize(("seconds", "accepted"), [(-61, False), (-30, True), (0, True), (30, True), (61, False)])
def test_a_code_is_good_one_step_around_its_time(seconds: int, accepted: bool) -> None:
    seed = new_seed()
    code = pyotp.TOTP(seed).at(NOW + timedelta(seconds=seconds))
    assert (accepted_step(seed, code, NOW) is not None) is accepted


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "-12345", "12 34 5", "1e5000"])
def test_what_is_no_code(code: str) -> None:
    assert accepted_step("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", code, NOW) is None


def test_a_code_may_be_typed_in_two_halves() -> None:
    code = pyotp.TOTP("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP").at(NOW)
    assert (
        accepted_step("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", f"{code[:3]} {code[3:]}", NOW) == int(NOW.timestamp()) // 30
    )


def test_a_step_is_taken_once_and_none_before_it_afterwards(app: Flask) -> None:
    person = make_staff()
    with transaction():
        assert [take_step(person.id, step) for step in (100, 100, 101, 100, 99, 102)] == [
            True,
            False,
            True,
            False,
            False,
            True,
        ]


def test_of_two_who_use_one_code_at_the_same_moment_one_is_let_in(app: Flask) -> None:
    person = make_staff()

    def use(_number: int) -> bool:
        with app.app_context(), transaction():
            return take_step(person.id, 100)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(use, range(8))).count(True) == 1
