"""Write a note on a case."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record, sealed_hash
from tesa.accounts.rules.policy import Actor
from tesa.cases import sealing
from tesa.cases.actions.log_event import log_event
from tesa.cases.models import Case, Note, NoteText
from tesa.cases.queries import case_for, draft_of
from tesa.cases.rules.drafts import LONGEST, may_go
from tesa.core.db import db, new_id
from tesa.core.errors import Conflict, RuleBroken


def write_note(
    case_id: uuid.UUID,
    contact_id: uuid.UUID | None,
    text: str,
    author: Actor,
    now: datetime,
    revision: int = 0,
    note_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Seal `text` as a new note of the case, and let the author's draft of it go; the note's id.

    `note_id` is chosen by the page, so that a form sent twice makes one note. `revision` is the draft's that the page
    had loaded (0: none). Raises NotFound, or RuleBroken when the text is empty or longer than LONGEST characters.
    """
    case = case_for(case_id, author, "note.write", now, lock=True)
    note_id = note_id or new_id()
    known = db.session.get(Note, note_id)
    if known is not None:
        return _sent_again(known, case, author)
    check_text(text)
    add_note(case, note_id, "note", text, author.id, now, contact_id)
    for subject in (case.id, contact_id):
        if subject is not None:
            let_go(author.id, subject, text, revision, note_id)
    return note_id


def check_text(text: str) -> None:
    """Raise RuleBroken when `text` cannot be a note."""
    if not text.strip():
        raise RuleBroken(_("Catatan masih kosong."))
    if len(text) > LONGEST:
        raise RuleBroken(_("Catatan ini terlalu panjang untuk disimpan. Bagi menjadi beberapa catatan."))


def add_note(
    case: Case,
    note_id: uuid.UUID,
    kind: str,
    text: str,
    author_id: uuid.UUID,
    now: datetime,
    contact_id: uuid.UUID | None = None,
) -> None:
    """Put a note on `case`, which is locked. `kind`: note, risk (why it was judged so) or closure (why it is closed)."""
    db.session.add(
        Note(id=note_id, case_id=case.id, contact_id=contact_id, author_id=author_id, kind=kind, created_at=now)
    )
    db.session.flush()
    blob = add_text(case, note_id, 1, text, now)
    log_event(case, "note", now, author_id, ref=note_id)
    record(
        author_id, "note.write", "note", note_id, now, case_id=case.id, about=kind, revision=1, text=sealed_hash(blob)
    )


def add_text(case: Case, note_id: uuid.UUID, revision: int, text: str, now: datetime) -> bytes:
    """Put the words of one revision into the database; the ciphertext."""
    text_id = new_id()
    blob = sealing.seal_note(text_id, case, revision, text)
    db.session.add(NoteText(id=text_id, note_id=note_id, revision=revision, body_sealed=blob, written_at=now))
    db.session.flush()
    return blob


def _sent_again(note: Note, case: Case, author: Actor) -> uuid.UUID:
    if note.case_id != case.id or note.author_id != author.id:
        raise Conflict(_("Catatan ini tidak dapat disimpan. Muat ulang halaman."))
    return note.id


def let_go(account_id: uuid.UUID, subject_id: uuid.UUID, text: str, known: int, window: uuid.UUID) -> None:
    """Delete the draft that `text` was, unless it holds the words of another window (see rules/drafts.py).

    `known` is the draft's revision that the page had loaded, `window` the id under which the page saved it.
    """
    draft = draft_of(account_id, subject_id, lock=True)
    if draft is None:
        return
    body, other = sealing.open_draft(draft)
    if not may_go(body, draft.revision, draft.writer, text, known, window):
        return
    if other is None or other.strip() in text:
        db.session.delete(draft)
    else:  # the text that fell behind moves up: it is all that is left
        draft.revision += 1
        sealing.seal_draft(draft, other, None)
    db.session.flush()
