"""Put a case on hold: nothing of it is destroyed until that is lifted or over."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.cases.endings import hold_still
from tesa.core.db import db, new_id
from tesa.core.errors import NotFound, RuleBroken
from tesa.retention.models import LegalHold
from tesa.retention.queries import unlifted
from tesa.retention.rules.keeping import HoldReason


def set_hold(case_id: uuid.UUID, reason: str, until: datetime | None, by: uuid.UUID, now: datetime) -> None:
    """Hold the case for `reason` (a HoldReason), until `until` (None: until somebody lifts it).

    Raises NotFound, or RuleBroken when it is held already, the reason is none of the list, or `until` is past.
    """
    if not hold_still(case_id):
        raise NotFound
    if reason not in list(HoldReason):
        raise RuleBroken(_("Pilih alasan penahanan dari daftar."))
    if until is not None and until <= now:
        raise RuleBroken(_("Pilih tanggal yang belum lewat."))
    before = unlifted(case_id)
    if before is not None:
        if before.until is None or before.until > now:
            raise RuleBroken(_("Kasus ini sudah ditahan."))
        before.lifted_at = before.until  # it was over by itself
        db.session.flush()
    hold = LegalHold(id=new_id(), case_id=case_id, reason=reason, set_by=by, since=now, until=until)
    db.session.add(hold)
    db.session.flush()
    record(
        by, "hold.set", "hold", hold.id, now,
        case_id=case_id, reason=reason, until=until.isoformat() if until else None,
    )  # fmt: skip
