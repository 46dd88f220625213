"""`tesa status`: ids and states only, nothing sealed. Staff appear by e-mail, callers not at all."""

from __future__ import annotations

from typing import Any

from tesa.accounts.public import emails
from tesa.core import clock
from tesa.health import outbox_counts
from tesa.intake.public import contact_states, waiting_count
from tesa.outreach.public import dispatch_states
from tesa.psychologists.public import on_duty


def status_now() -> dict[str, Any]:
    """The present state of the hotline as data."""
    now = clock.now()
    duty = [*on_duty("hotline", now), *on_duty("outreach", now)]
    address = emails([person.account_id for person in duty])
    return {
        "now": now.isoformat(),
        "waiting": waiting_count(),
        "contacts": contact_states(now),
        "dispatches": dispatch_states(now),
        "outbox": outbox_counts(now),
        "on_duty": [
            {"email": address.get(p.account_id), "tier": p.tier, "state": p.state, "line": p.line} for p in duty
        ],
    }
