"""What somebody is to a case. Nothing: then the case does not exist for her."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tesa.accounts.rules.policy import Actor, Relation
from tesa.accounts.rules.roles import Role

CONTACT_ACCESS = timedelta(hours=24)
"""How long a psychologist who takes a contact of somebody else's case may work on that case."""
HANDOVER_ACCESS = timedelta(days=7)
"""How long the former owner may still read a case that she has handed over."""


@dataclass(frozen=True)
class Grant:
    """Access lent to one account for a time."""

    account_id: uuid.UUID
    until: datetime


def relations(actor: Actor, owner_id: uuid.UUID, grants: Iterable[Grant], now: datetime) -> frozenset[Relation]:
    """What `actor` is to the case of `owner_id`. What she may do with it, the table of access says."""
    facts = {
        Relation.OWN: actor.id == owner_id,
        Relation.HELPING: any(g.account_id == actor.id and now < g.until for g in grants),
        Relation.OVERSEEING: Role.COORDINATOR in actor.roles,
    }
    return frozenset(relation for relation, so in facts.items() if so)
