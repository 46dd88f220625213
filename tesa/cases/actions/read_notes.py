"""Open the notes of a case. Each one that is opened is on record before its words leave."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, tuple_

from tesa.accounts.audit import record, sealed_hash
from tesa.accounts.rules.policy import Actor
from tesa.cases import sealing
from tesa.cases.models import Note, NoteText
from tesa.cases.queries import case_for, draft_of, note_of
from tesa.core.db import db
from tesa.core.vault import Shredded

PAGE = 20
"""Notes opened at a time."""


@dataclass(frozen=True)
class NoteView:
    """One revision of a note, opened. `revisions` is how many there are by now."""

    id: uuid.UUID
    case_id: uuid.UUID
    contact_id: uuid.UUID | None
    author_id: uuid.UUID
    kind: str
    revision: int
    revisions: int
    created_at: datetime
    written_at: datetime
    text: str = field(repr=False)
    gone_at: datetime | None = None  # when its words were destroyed


@dataclass(frozen=True)
class DraftView:
    """What the reader was writing. `other` is the text of a second window that fell behind, if there is one."""

    revision: int
    saved_at: datetime
    text: str = field(repr=False)
    other: str | None = field(repr=False)


def read_notes(
    case_id: uuid.UUID, reader: Actor, now: datetime, before: uuid.UUID | None = None
) -> tuple[list[NoteView], bool]:
    """The newest notes of the case, at most PAGE, newest first, and whether there are older ones.

    `before`: only notes older than that one. Raises NotFound when the reader may not read them.
    """
    case = case_for(case_id, reader, "note.read", now)
    query = select(Note).where(Note.case_id == case.id).order_by(Note.created_at.desc(), Note.id.desc())
    if before is not None:
        last = note_of(case.id, before)
        query = query.where(tuple_(Note.created_at, Note.id) < tuple_(last.created_at, last.id))
    notes = db.session.scalars(query.limit(PAGE + 1)).all()
    shown = notes[:PAGE]
    return [_opened(note, note.revision, reader, now) for note in shown], len(notes) > PAGE


def read_revisions(case_id: uuid.UUID, note_id: uuid.UUID, reader: Actor, now: datetime) -> list[NoteView]:
    """All that a note has said, the newest revision first. Raises NotFound."""
    note = note_of(case_for(case_id, reader, "note.read", now).id, note_id)
    return [_opened(note, revision, reader, now) for revision in range(note.revision, 0, -1)]


def read_draft(case_id: uuid.UUID, subject_id: uuid.UUID, reader: Actor, now: datetime) -> DraftView | None:
    """What the reader was writing about the case, or (`subject_id`) about one of its notes. Raises NotFound."""
    case = case_for(case_id, reader, "note.write", now)
    draft = draft_of(reader.id, subject_id)
    if draft is None or draft.owner_id != case.id:
        return None
    record(reader.id, "draft.read", "draft", draft.id, now, case_id=case.id, text=sealed_hash(draft.body_sealed))
    text, other = sealing.open_draft(draft)
    return DraftView(draft.revision, draft.saved_at, text, other)


def _opened(note: Note, revision: int, reader: Actor, now: datetime) -> NoteView:
    text = db.session.scalars(select(NoteText).where(NoteText.note_id == note.id, NoteText.revision == revision)).one()
    record(
        reader.id, "note.read", "note", note.id, now,
        case_id=note.case_id, revision=revision, text=sealed_hash(text.body_sealed),
    )  # fmt: skip
    try:
        words, gone_at = sealing.open_note(text, note.case_id), None
    except Shredded as gone:
        words, gone_at = "", gone.at
    return NoteView(
        id=note.id,
        case_id=note.case_id,
        contact_id=note.contact_id,
        author_id=note.author_id,
        kind=note.kind,
        revision=revision,
        revisions=note.revision,
        created_at=note.created_at,
        written_at=text.written_at,
        text=words,
        gone_at=gone_at,
    )
