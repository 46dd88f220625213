"""The four roles of the hotline."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """What a member of staff does. One person may have several roles."""

    PSYCHOLOGIST = "psychologist"
    COORDINATOR = "coordinator"
    OUTREACH = "outreach"
    ADMINISTRATOR = "administrator"


CLINICAL = frozenset({Role.PSYCHOLOGIST, Role.COORDINATOR})
"""Roles that open callers' records: nobody gives one of these alone."""


def roles_of(codes: Iterable[str]) -> frozenset[Role]:
    """The roles named by `codes`. Raises ValueError for a code that is no role."""
    return frozenset(Role(code) for code in codes)
