"""Change one's own note. What it said before stays."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record, sealed_hash
from tesa.cases.actions.log_event import log_event
from tesa.cases.actions.write_note import add_text, check_text
from tesa.cases.models import Note
from tesa.cases.queries import case_for
from tesa.cases.rules.access import Actor, CaseAct
from tesa.core.db import db
from tesa.core.errors import Conflict, NotAllowed, NotFound


def edit_note(case_id: uuid.UUID, note_id: uuid.UUID, text: str, author: Actor, now: datetime, revision: int) -> int:
    """Give the note a new revision that says `text`; its number.

    `revision` is the one the author had before her. Raises NotFound, NotAllowed when the note is somebody else's,
    RuleBroken for an empty text, and Conflict when the note was changed meanwhile: the caller then still has `text`,
    and shows it beside what the note says now.
    """
    case = case_for(case_id, author, CaseAct.WRITE_NOTES, now, lock=True)
    note = db.session.get(Note, note_id)
    if note is None or note.case_id != case.id:
        raise NotFound
    if note.author_id != author.id:
        raise NotAllowed(_("Hanya penulisnya yang dapat mengubah catatan ini."))
    check_text(text)
    if note.revision != revision:
        raise Conflict(_("Catatan ini sudah diubah di tempat lain. Kedua teks ditampilkan di bawah."))
    note.revision += 1
    blob = add_text(case, note.id, note.revision, text, now)
    log_event(case, "note_edited", now, author.id, ref=note.id)
    record(
        author.id, "note.edit", "note", note.id, now, case_id=case.id, revision=note.revision, text=sealed_hash(blob)
    )
    return note.revision
