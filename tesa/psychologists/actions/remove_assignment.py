"""Take somebody off the rota."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from tesa.accounts import audit
from tesa.core.db import db
from tesa.core.errors import Conflict, NotFound, RuleBroken
from tesa.psychologists.actions.add_assignment import facts
from tesa.psychologists.actions.check_assignment import flush_assignments
from tesa.psychologists.events import RotaChanged, rota_changed
from tesa.psychologists.models import Assignment
from tesa.psychologists.rules.rota import Status


def remove_assignment(
    assignment_id: uuid.UUID, by: uuid.UUID | None, now: datetime, sequence: int | None = None
) -> None:
    """Cancel a duty that is to come; end one that runs, at `now`: up to then she was on.

    `sequence` is the one that was on the screen. Raises NotFound, Conflict when it has changed since, RuleBroken when
    it is over: what has been is the proof of who was there.
    """
    shift = changeable(assignment_id, now, sequence)
    before = facts(shift)
    end_or_cancel(shift, now)
    flush_assignments()
    rota_changed.send(RotaChanged(now))
    audit.record(by, "rota.remove", "assignment", shift.id, now, None, **before)


def changeable(assignment_id: uuid.UUID, now: datetime, sequence: int | None) -> Assignment:
    """The locked row of an assignment that may still be changed; errors as for `remove_assignment`."""
    shift = db.session.scalar(
        select(Assignment)
        .where(Assignment.id == assignment_id, Assignment.status != Status.CANCELLED)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if shift is None:
        raise NotFound
    if sequence is not None and shift.sequence != sequence:
        raise Conflict(_("Giliran ini sudah diubah orang lain. Muat ulang halaman."))
    if shift.ends_at <= now:
        raise RuleBroken(_("Giliran yang sudah selesai tidak dapat diubah."))
    return shift


def end_or_cancel(shift: Assignment, now: datetime) -> None:
    """A duty that runs ends at `now`; one that is to come is cancelled."""
    if shift.starts_at < now:
        shift.ends_at = now
    else:
        shift.status = Status.CANCELLED
    shift.sequence += 1
    shift.changed_at = now
