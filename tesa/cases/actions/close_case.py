"""Close a case."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.accounts.rules.policy import Actor
from tesa.cases.actions.log_event import log_event
from tesa.cases.actions.write_note import add_note, check_text
from tesa.cases.queries import case_for
from tesa.cases.rules.lifecycle import ClosureReason, Step, after
from tesa.core.db import new_id
from tesa.core.errors import RuleBroken


def close_case(case_id: uuid.UUID, reason: str, words: str, by: Actor, now: datetime) -> None:
    """Close the case for `reason` (a ClosureReason); `words` (may be empty) become a sealed note.

    Raises NotFound, NotAllowed, or RuleBroken when it is closed already or the reason is none of the list.
    """
    case = case_for(case_id, by, "case.close", now, lock=True)
    if reason not in list(ClosureReason):
        raise RuleBroken(_("Pilih alasan penutupan dari daftar."))
    status = after(case.status, Step.CLOSE)
    if status is None:
        raise RuleBroken(_("Kasus ini sudah ditutup."))
    if words.strip():
        check_text(words)
        add_note(case, new_id(), "closure", words.strip(), by.id, now)
    case.status, case.closed_at, case.closure_reason = status, now, reason
    log_event(case, "closed", now, by.id, detail=reason)
    record(by.id, "case.close", "case", case.id, now, case_id=case.id, reason=reason)
