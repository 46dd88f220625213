"""What the trail says about how much people have opened within the last hour."""

from __future__ import annotations

import json
import uuid
from datetime import datetime

from sqlalchemy import func, select

from tesa.accounts.audit.reading import TRIPPED
from tesa.accounts.models import AuditEntry
from tesa.accounts.rules.meter import COUNTED, HOUR, THRESHOLDS, Reading
from tesa.core.db import db

_E = AuditEntry.__table__.c


def reading_of(account_id: uuid.UUID, now: datetime) -> Reading:
    """What this person has opened within the hour before `now`."""
    rows = db.session.execute(
        select(_E.kind, _E.object_id, func.min(_E.at))
        .where(_E.actor_id == account_id, _E.at > now - HOUR, _E.act.in_(sorted(COUNTED)), _E.object_id.is_not(None))
        .group_by(_E.kind, _E.object_id)
    )
    return Reading({(kind, object_id): at for kind, object_id, at in rows})


def counts(now: datetime) -> dict[uuid.UUID, int]:
    """How many different things each person has opened within the last hour; those below every threshold left out."""
    things = (
        select(_E.actor_id, _E.kind, _E.object_id)
        .where(_E.at > now - HOUR, _E.at <= now, _E.act.in_(sorted(COUNTED)), _E.actor_id.is_not(None))
        .group_by(_E.actor_id, _E.kind, _E.object_id)
        .subquery()
    )
    many = select(things.c.actor_id, func.count()).group_by(things.c.actor_id).having(func.count() >= min(THRESHOLDS))
    return dict(db.session.execute(many).all())


def told_within_hour(now: datetime) -> list[tuple[uuid.UUID, int]]:
    """Whose reaching of which threshold stands in the trail of the last hour."""
    rows = db.session.execute(
        select(_E.object_id, _E.details).where(_E.at > now - HOUR, _E.at <= now, _E.act == TRIPPED)
    )
    return [(person, json.loads(details)["threshold"]) for person, details in rows]
