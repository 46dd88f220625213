"""Which passwords will do."""

from __future__ import annotations

import pytest

from tesa.accounts.rules.passwords import password_flaw

ABOUT = ("psikolog-dua", "contoh", "id")


@pytest.mark.parametrize(
    "password",
    [
        "payung biru di atas meja kayu",
        "tigabelasmanggamuda",
        "Kereta malam ke Surabaya",
        "9f2kq0zx81mwtb7",
        "пароль из длинных слов",
        "雨の日は本を読んで過ごします今日",
        "x" * 3 + "kucing tidur di jendela" + "y" * 200,
    ],
)
def test_long_and_unguessed_will_do(password: str) -> None:
    assert password_flaw(password, ABOUT) is None


@pytest.mark.parametrize("password", ["", "pendek", "empat belas ka"])
def test_fewer_than_fifteen_characters_are_too_short(password: str) -> None:
    assert password_flaw(password) == "short"


def test_more_than_256_are_too_long() -> None:
    assert password_flaw("payung biru " * 30) == "long"


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password12345678",
        "katasandi2026!!!!",
        "rahasiarahasiarahasia",
        "hotline bekasi 123",
        "TeSA Kota Bekasi 2026",
        "qwertyuiop123456",
        "123456789012345",
        "20261124202611240",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "satuduasatuduasatudua",
        "abcdefghijklmnop",
        "psikolog-dua@contoh.id",
        "psikolog-dua-psikolog-dua",
        "indonesia merdeka!",
    ],
)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    assert password_flaw(password, ABOUT) == "guessable"


def test_a_word_about_the_person_leaves_the_rest_to_carry_it() -> None:
    assert password_flaw("contoh kucing hijau", ABOUT) is None
    assert password_flaw("contoh contoh kuc", ABOUT) == "guessable"
