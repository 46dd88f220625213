"""Roles, and those that nobody gives alone."""

from __future__ import annotations

import pytest

from tesa.accounts.rules.roles import CLINICAL, Role, roles_of


def test_roles_by_their_codes() -> None:
    assert roles_of(["psychologist", "administrator"]) == {Role.PSYCHOLOGIST, Role.ADMINISTRATOR}
    with pytest.raises(ValueError, match="root"):
        roles_of(["root"])


def test_whoever_may_come_to_read_a_callers_words_has_a_clinical_role() -> None:
    assert {Role.PSYCHOLOGIST, Role.COORDINATOR} == CLINICAL
