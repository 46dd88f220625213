"""What other slices may ask about dispatches. Ids and states only: nothing here is unsealed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tesa.accounts.public import emails
from tesa.outreach.models import DispatchOffer
from tesa.outreach.queries import offers_of_all, on_board


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


def _offer(offer: DispatchOffer, email: str | None) -> dict[str, Any]:
    return {
        "worker": email,
        "offered_at": offer.offered_at.isoformat(),
        "ended_at": offer.ended_at.isoformat() if offer.ended_at else None,
        "outcome": offer.outcome,
    }
