"""Keep what somebody is writing, sealed, while she types."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite

from tesa.cases import sealing
from tesa.cases.models import NoteDraft
from tesa.cases.queries import draft_of
from tesa.cases.rules.drafts import LONGEST, first_revision, is_stale
from tesa.core.db import db, new_id
from tesa.core.errors import RuleBroken


@dataclass(frozen=True)
class Subject:
    """What a draft is about. `owner_id` is whose key seals it: the case, or the contact while there is no case."""

    id: uuid.UUID
    owner_id: uuid.UUID


@dataclass(frozen=True)
class Saved:
    """The draft as it now stands. `clash`: another window was faster; `text` is then its text, and both are kept."""

    revision: int
    saved_at: datetime
    clash: bool = False
    text: str = field(default="", repr=False)


def save_draft(
    subject: Subject,
    text: str,
    account_id: uuid.UUID,
    revision: int,
    now: datetime,
    writer: uuid.UUID | None = None,
) -> Saved:
    """Keep `text` as what `account_id` is writing about `subject`; the caller has checked that she may.

    `revision` is the one the window last heard of (0: none). When another window has saved since, its text stays the
    draft and `text` is kept beside it. `writer` is the window's id. Raises RuleBroken for a text longer than LONGEST characters.
    """
    if len(text) > LONGEST:
        raise RuleBroken(_("Catatan ini terlalu panjang untuk disimpan. Bagi menjadi beberapa catatan."))
    draft, fresh = _row(subject, account_id, now)
    body, other = sealing.open_draft(draft)
    if is_stale(revision, None if fresh else draft.revision, same_text=text == body):
        sealing.seal_draft(draft, body, text)
        db.session.flush()
        return Saved(draft.revision, draft.saved_at, clash=True, text=body)
    draft.revision += 1
    draft.saved_at, draft.writer = now, writer
    sealing.seal_draft(draft, text, None if other == text else other)
    db.session.flush()
    return Saved(draft.revision, now)


def _row(subject: Subject, account_id: uuid.UUID, now: datetime) -> tuple[NoteDraft, bool]:
    """The draft's row, locked, and whether it was made here, with an empty text."""
    draft = draft_of(account_id, subject.id, lock=True)
    if draft is not None:
        return draft, False
    row = NoteDraft(id=new_id(), owner_id=subject.owner_id, revision=first_revision(now))
    sealing.seal_draft(row, "", None)
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    made = db.session.scalar(
        dialect.insert(NoteDraft)
        .values(
            id=row.id, account_id=account_id, subject_id=subject.id, owner_id=subject.owner_id,
            revision=row.revision, body_sealed=row.body_sealed, saved_at=now,
        )
        .on_conflict_do_nothing(index_elements=["account_id", "subject_id"])
        .returning(NoteDraft.id)
    )  # fmt: skip
    draft = draft_of(account_id, subject.id, lock=True)
    if draft is None:
        raise RuntimeError("a draft vanished while it was locked")
    return draft, made is not None
