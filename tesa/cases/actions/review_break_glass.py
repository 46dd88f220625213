"""Another person looks at a case that was opened by breaking the glass, and says whether that was right."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from tesa.accounts.audit import record
from tesa.accounts.notices import holders, tell
from tesa.accounts.public import Principal, Role
from tesa.cases.models import BreakGlass
from tesa.cases.rules.glass import LONGEST_REASON, Verdict
from tesa.cases.sealing import glass_field
from tesa.core.db import db
from tesa.core.errors import Conflict, NotFound, RuleBroken
from tesa.core.vault import vault

REVIEWED, UNJUSTIFIED = "break_glass.reviewed", "break_glass.unjustified"
"""The notices: to who opened the case, and, when it was not right, to coordinators and administrators."""


def review_break_glass(opening_id: uuid.UUID, verdict: str, remark: str, by: Principal, now: datetime) -> None:
    """Keep the verdict (a Verdict) and the remark, which is sealed.

    Raises NotFound, RuleBroken for her own opening, an unknown verdict or no remark, Conflict when it was reviewed
    already.
    """
    row = db.session.scalar(
        select(BreakGlass)
        .where(BreakGlass.id == opening_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None or not by.has("break_glass.review"):
        raise NotFound
    if row.account_id == by.id:
        raise RuleBroken(_("Orang lain yang menilai pecah kaca Anda."))
    if row.reviewed_at is not None:
        raise Conflict(_("Pecah kaca ini sudah dinilai."))
    if verdict not in set(Verdict):
        raise RuleBroken(_("Pilih penilaian Anda."))
    words = remark.strip()
    if not words or len(words) > LONGEST_REASON:
        raise RuleBroken(_("Tulis penilaian Anda dalam satu kalimat, paling banyak 2.000 karakter."))
    row.reviewed_by, row.reviewed_at, row.verdict = by.id, now, verdict
    row.remark_sealed = vault.seal(glass_field(row.id, row.case_id, "remark"), words)
    db.session.flush()
    record(by.id, "break_glass.review", "break_glass", row.id, now, case_id=row.case_id, verdict=verdict)
    tell([row.account_id], REVIEWED, row.id, now)
    if verdict == Verdict.UNJUSTIFIED:
        tell(holders(Role.COORDINATOR, Role.ADMINISTRATOR) - {by.id, row.account_id}, UNJUSTIFIED, row.id, now)
