"""What other slices may ask about dispatches. Ids and states only: nothing here is unsealed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from tesa.accounts.public import emails
from tesa.core.db import db
from tesa.outreach.models import Dispatch, DispatchOffer
from tesa.outreach.queries import get, offers_of_all, on_board
from tesa.outreach.rules.lifecycle import OPEN, UNDER_WAY


def dispatch_states(now: datetime) -> list[dict[str, Any]]:
    """Open dispatches and those that ended within 24 hours before `now`, as `tesa status --json` prints them.

    Offers name staff by e-mail; a coordinator number of the settings has no e-mail and is null.
    """
    dispatches = on_board(now)
    offers = offers_of_all(d.id for d in dispatches)
    known = emails(o.account_id for row in offers.values() for o in row if o.account_id is not None)
    return [
        {
            "id": str(d.id),
            "case": str(d.case_id) if d.case_id else None,
            "priority": d.priority,
            "state": d.state,
            "requested_at": d.requested_at.isoformat(),
            "offers": [_offer(o, known.get(o.account_id) if o.account_id else None) for o in offers[d.id]],
        }
        for d in dispatches
    ]


@dataclass(frozen=True)
class FieldRow:
    """A dispatch that is open: how urgent, where it stands since when, and who has it (None: nobody yet)."""

    id: uuid.UUID
    priority: str
    state: str
    since: datetime
    account_id: uuid.UUID | None


def field_now() -> list[FieldRow]:
    """Open dispatches, the most urgent first. One statement; columns only."""
    rows = db.session.execute(
        select(
            Dispatch.id, Dispatch.priority, Dispatch.state, Dispatch.acknowledged_by, Dispatch.requested_at,
            Dispatch.acknowledged_at, Dispatch.en_route_at, Dispatch.on_scene_at, Dispatch.cleared_at,
        )
        .where(Dispatch.state.in_(OPEN))
        .order_by(Dispatch.priority, Dispatch.requested_at)
        .limit(100)
    )  # fmt: skip
    return [_field_row(*row) for row in rows]


def _field_row(
    id_: uuid.UUID, priority: str, state: str, account_id: uuid.UUID | None, *reached: datetime | None
) -> FieldRow:
    since = max(at for at in reached if at is not None)
    return FieldRow(id_, priority, state, since, account_id)


def _offer(offer: DispatchOffer, email: str | None) -> dict[str, Any]:
    return {
        "worker": email,
        "offered_at": offer.offered_at.isoformat(),
        "ended_at": offer.ended_at.isoformat() if offer.ended_at else None,
        "outcome": offer.outcome,
    }


def is_on_task(account_id: uuid.UUID, kind: str, object_id: uuid.UUID) -> bool:
    """Is this thing a dispatch that this person has now? She must always see where she is going."""
    if kind != "dispatch":
        return False
    dispatch = get(object_id)
    return dispatch is not None and dispatch.acknowledged_by == account_id and dispatch.state in UNDER_WAY
