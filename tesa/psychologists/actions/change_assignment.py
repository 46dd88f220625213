"""Change a duty on the rota, or give it to somebody else."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts import audit
from tesa.core.errors import RuleBroken
from tesa.psychologists.actions.add_assignment import facts, put_down
from tesa.psychologists.actions.check_assignment import check_assignment, flush_assignments
from tesa.psychologists.actions.remove_assignment import changeable, end_or_cancel
from tesa.psychologists.events import RotaChanged, rota_changed
from tesa.psychologists.models import Assignment
from tesa.psychologists.rules.rota import Source


def change_assignment(
    assignment_id: uuid.UUID,
    line: str,
    tier: int,
    starts_at: datetime,
    ends_at: datetime,
    by: uuid.UUID | None,
    now: datetime,
    account_id: uuid.UUID | None = None,
    sequence: int | None = None,
) -> uuid.UUID:
    """Give an assignment other times, line, tier or (with `account_id`) another person; the id of what now stands.

    The same person keeps the same assignment, so that calendars follow it. Another person gets one of her own that
    replaces it. A duty that runs has been true until `now`: only its end moves, everything else begins at `now`.
    Errors as for add_assignment and remove_assignment.
    """
    shift = changeable(assignment_id, now, sequence)
    who = account_id or shift.account_id
    runs = shift.starts_at < now
    same_duty = (who, line, tier) == (shift.account_id, shift.line, shift.tier)
    if runs and starts_at != shift.starts_at:
        raise RuleBroken(_("Giliran ini sudah mulai; waktu mulainya tidak dapat diubah lagi."))
    if runs and ends_at <= now:
        raise RuleBroken(_("Giliran ini sedang berjalan; selesainya harus sesudah sekarang."))
    begins = now if runs and not same_duty else starts_at
    check_assignment(who, line, tier, begins, ends_at, besides=shift.id)
    before = {f"old_{name}": value for name, value in facts(shift).items()}
    if same_duty or (who == shift.account_id and not runs):
        stands = _amend(shift, line, tier, begins, ends_at, now)
    else:
        end_or_cancel(shift, now)
        flush_assignments()  # the old duty makes room before the new one is put down
        stands = put_down(who, line, tier, begins, ends_at, by, now, Source.MANUAL, replaces_id=shift.id)
    flush_assignments()
    rota_changed.send(RotaChanged(now))
    audit.record(by, "rota.change", "assignment", stands.id, now, None, **before, **facts(stands))
    return stands.id


def _amend(
    shift: Assignment, line: str, tier: int, starts_at: datetime, ends_at: datetime, now: datetime
) -> Assignment:
    shift.line, shift.tier, shift.starts_at, shift.ends_at = line, tier, starts_at, ends_at
    shift.sequence += 1
    shift.changed_at = now
    return shift
