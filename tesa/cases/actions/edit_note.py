"""Change one's own note. What it said before stays."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record, sealed_hash
from tesa.accounts.rules.policy import Actor, Relation, may
from tesa.cases.actions.log_event import log_event
from tesa.cases.actions.write_note import add_text, check_text, let_go
from tesa.cases.models import Note
from tesa.cases.queries import case_for, note_of
from tesa.core.errors import Conflict, NotAllowed


def edit_note(
    case_id: uuid.UUID,
    note_id: uuid.UUID,
    text: str,
    author: Actor,
    now: datetime,
    revision: int,
    draft: int = 0,
    window: uuid.UUID | None = None,
) -> int:
    """Give the note a new revision that says `text`, and let the author's draft of it go; the new revision's number.

    `revision` is the one the author had before her; `draft` and `window` are `known` and `window` of `let_go`. Raises
    NotFound, NotAllowed when the note is somebody else's, RuleBroken for an empty text, and Conflict when the note was
    changed meanwhile: the page then still has `text`, and shows it beside what the note says now.
    """
    case = case_for(case_id, author, "note.write", now, lock=True)
    note = note_of(case.id, note_id)
    require_author(note, author)
    check_text(text)
    if note.revision != revision:
        raise Conflict(_("Catatan ini sudah diubah di tempat lain. Kedua teks ditampilkan di bawah."))
    note.revision += 1
    blob = add_text(case, note.id, note.revision, text, now)
    log_event(case, "note_edited", now, author.id, ref=note.id)
    record(
        author.id, "note.edit", "note", note.id, now, case_id=case.id, revision=note.revision, text=sealed_hash(blob)
    )
    let_go(author.id, note.id, text, draft, window or note.id)
    return note.revision


def require_author(note: Note, author: Actor) -> None:
    """Raise NotAllowed unless `author` may change this note: what somebody has written, she alone changes."""
    if not may(author.roles, "note.edit", [Relation.OWN] if note.author_id == author.id else []):
        raise NotAllowed(_("Hanya penulisnya yang dapat mengubah catatan ini."))
