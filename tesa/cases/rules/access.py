"""Who may do what with a case, by her relation to it. Deny by default; everyone not named here sees nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from tesa.accounts.rules.roles import Role

CONTACT_ACCESS = timedelta(hours=24)
"""How long a psychologist who takes a contact of somebody else's case may work on that case."""
HANDOVER_ACCESS = timedelta(days=7)
"""How long the former owner may still read a case that she has handed over."""


class Actor(Protocol):
    """Somebody who acts: a signed-in person or a member of staff."""

    @property
    def id(self) -> uuid.UUID: ...

    @property
    def roles(self) -> frozenset[Role]: ...


class Relation(StrEnum):
    """What somebody is to a case. None of these: the case does not exist for her."""

    OWNER = "owner"
    HELPER = "helper"  # has a contact of the case now, or handed it over lately
    COORDINATOR = "coordinator"  # sees the case without name, number and notes


class CaseAct(StrEnum):
    """What can be done with a case."""

    READ = "read"
    READ_PERSON = "read_person"  # name, number, safe-contact words
    READ_NOTES = "read_notes"
    WRITE_NOTES = "write_notes"
    SCREEN = "screen"
    LOWER = "lower"  # judge the risk lower than before; a reason is asked for
    SET_SAFE_CONTACT = "set_safe_contact"
    DESCRIBE_PERSON = "describe_person"
    ASSIGN = "assign"
    CLOSE = "close"
    REOPEN = "reopen"


_BY_RELATION: dict[Relation, frozenset[CaseAct]] = {
    Relation.OWNER: frozenset(CaseAct),
    Relation.HELPER: frozenset(CaseAct) - {CaseAct.LOWER, CaseAct.ASSIGN, CaseAct.CLOSE, CaseAct.REOPEN},
    Relation.COORDINATOR: frozenset(
        {CaseAct.READ, CaseAct.SCREEN, CaseAct.LOWER, CaseAct.ASSIGN, CaseAct.CLOSE, CaseAct.REOPEN}
    ),
}


@dataclass(frozen=True)
class Grant:
    """Access lent to one account for a time."""

    account_id: uuid.UUID
    until: datetime


def relation(actor: Actor, owner_id: uuid.UUID, grants: Iterable[Grant], now: datetime) -> Relation | None:
    """What `actor` is to the case of `owner_id`. Only a psychologist can be owner or helper."""
    if Role.PSYCHOLOGIST in actor.roles:
        if actor.id == owner_id:
            return Relation.OWNER
        if any(g.account_id == actor.id and now < g.until for g in grants):
            return Relation.HELPER
    return Relation.COORDINATOR if Role.COORDINATOR in actor.roles else None


def may(relation: Relation | None, act: CaseAct) -> bool:
    """May somebody with this relation do `act`?"""
    return relation is not None and act in _BY_RELATION[relation]


def acts(relation: Relation | None) -> frozenset[CaseAct]:
    """All that somebody with this relation may do."""
    return frozenset() if relation is None else _BY_RELATION[relation]
