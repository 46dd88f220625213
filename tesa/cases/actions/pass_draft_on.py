"""A talk is handed over: what the first psychologist has been writing about it lies before the second one."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.accounts.audit import record
from tesa.cases import sealing
from tesa.cases.models import NoteDraft
from tesa.cases.queries import draft_of
from tesa.cases.rules.drafts import first_revision
from tesa.core.db import db, new_id


def pass_draft_on(
    contact_id: uuid.UUID, case_id: uuid.UUID | None, giver: uuid.UUID, taker: uuid.UUID, now: datetime
) -> int:
    """Copy the drafts of `giver` about the contact and its case to `taker`; how many. The giver keeps hers.

    A draft that the taker has already stays as it is. Raises KeysAway when the words cannot be opened now.
    """
    passed = 0
    for subject_id in (contact_id, case_id):
        draft = draft_of(giver, subject_id) if subject_id else None
        if draft is None or subject_id is None or draft_of(taker, subject_id) is not None:
            continue
        body, other = sealing.open_draft(draft)
        copy = NoteDraft(
            id=new_id(), account_id=taker, subject_id=subject_id, owner_id=draft.owner_id,
            revision=first_revision(now), saved_at=now,
        )  # fmt: skip
        sealing.seal_draft(copy, body, other)
        db.session.add(copy)
        db.session.flush()
        record(taker, "draft.receive", "contact", contact_id, now, case_id=case_id)
        passed += 1
    return passed
