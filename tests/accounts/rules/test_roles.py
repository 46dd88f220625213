"""Roles, and the one nobody gives herself."""

from __future__ import annotations

import pytest

from tesa.accounts.rules.roles import Role, gives_herself_a_clinical_role, roles_of

P, C, A = Role.PSYCHOLOGIST, Role.COORDINATOR, Role.ADMINISTRATOR


def test_roles_by_their_codes() -> None:
    assert roles_of(["psychologist", "administrator"]) == {P, A}
    with pytest.raises(ValueError, match="root"):
        roles_of(["root"])


@pytest.mark.parametrize(
    ("herself", "before", "after", "refused"),
    [
        (True, {A}, {A, P}, True),
        (True, {A, P}, {A, P}, False),
        (True, {A, P}, {A}, False),
        (True, {A}, {A, C}, False),
        (False, {A}, {A, P}, False),
    ],
)
def test_nobody_gives_herself_a_clinical_role(
    herself: bool, before: set[Role], after: set[Role], refused: bool
) -> None:
    assert gives_herself_a_clinical_role(herself, frozenset(before), frozenset(after)) is refused
