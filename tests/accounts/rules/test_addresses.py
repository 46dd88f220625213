"""One way to write an address, and no letters that only look like others."""

from __future__ import annotations

import pytest

from tesa.accounts.rules.addresses import email_flaw, normalised_email


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Psikolog@Contoh.ID ", "psikolog@contoh.id"),
        ("ｐｓｉｋｏｌｏｇ＠ｃｏｎｔｏｈ．ｉｄ", "psikolog@contoh.id"),
        ("\u212aepala@contoh.id", "kepala@contoh.id"),  # the sign for Kelvin
        ("ﬁeld@contoh.id", "field@contoh.id"),
    ],
)
def test_compatible_forms_become_the_plain_one(typed: str, kept: str) -> None:
    assert normalised_email(typed) == kept
    assert email_flaw(kept) is None


@pytest.mark.parametrize(
    "address",
    [
        "psikolоg@contoh.id",  # Cyrillic о
        "ρsikolog@contoh.id",  # Greek rho
        "psikolog@cοntoh.id",
        "psıkolog@contoh.id",  # without a dot
        "psikolog\u200b@contoh.id",
        "psikolog\u202e@contoh.id",
        "xn\u00f6@contoh.id",
    ],
)
def test_letters_that_only_look_alike_are_refused(address: str) -> None:
    assert email_flaw(normalised_email(address)) == "letters"


@pytest.mark.parametrize(
    "address", ["", "a", "a@b", "@contoh.id", "a b@contoh.id", "a@contoh.id\x00", "a" * 250 + "@b.id"]
)
def test_what_is_no_address(address: str) -> None:
    assert email_flaw(normalised_email(address)) == "shape"
