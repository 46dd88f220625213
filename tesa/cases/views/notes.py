"""Pages of notes: reading, writing, changing, and the draft that keeps itself."""

from __future__ import annotations

import uuid

from flask import flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tesa.accounts.permissions import require
from tesa.accounts.public import emails, principal
from tesa.cases import forms, labels
from tesa.cases.actions.edit_note import edit_note, require_author
from tesa.cases.actions.read_notes import DraftView, NoteView, read_draft, read_notes, read_revisions
from tesa.cases.actions.save_draft import Saved, Subject, save_draft
from tesa.cases.actions.write_note import write_note
from tesa.cases.queries import case_for, note_of, standing_to
from tesa.cases.views.blueprint import blueprint
from tesa.core import clock
from tesa.core.db import new_id
from tesa.core.errors import Conflict, RuleBroken
from tesa.core.transactions import transaction
from tesa.web.filters import local_time
from tesa.web.fragments import render


@blueprint.get("/kasus/<uuid:case_id>/catatan")
@require("note.read")
def notes(case_id: uuid.UUID) -> str:
    """The notes of a case and the form for a new one: a block of the case's page, or a page of its own."""
    return _notes(case_id)


def _notes(case_id: uuid.UUID, form: forms.NoteForm | None = None) -> str:
    who, now = principal(), clock.now()
    before = request.args.get("sebelum", type=uuid.UUID)
    with transaction():
        case = case_for(case_id, who, "note.read", now)
        writes = standing_to(case, who, now).may("note.write", case.status)
        listed, older = read_notes(case_id, who, now, before)
        draft = read_draft(case_id, case_id, who, now) if form is None and writes else None
    return render(
        "cases/notes.html",
        block="catatan",
        case_id=case_id,
        number=case.number,
        notes=listed,
        older=older,
        before=before,
        address=emails(note.author_id for note in listed),
        form=form or _fresh(draft),
        draft=draft,
        writes=writes,
        labels=labels,
        me=who,
    )


def _fresh(draft: DraftView | None, text: str = "", revision: int = 0) -> forms.NoteForm:
    """A form that holds the draft, or else `text`."""
    return forms.NoteForm(
        formdata=None,
        text=draft.text if draft else text,
        draft=draft.revision if draft else 0,
        window=str(new_id()),
        revision=revision,
    )


@blueprint.post("/kasus/<uuid:case_id>/catatan")
@require("note.write")
def write(case_id: uuid.UUID) -> Response | tuple[str, int]:
    """Write a note. Sent twice, it is written once."""
    form = forms.NoteForm()
    if not form.validate_on_submit():
        return _notes(case_id, form), 422
    try:
        with transaction():
            write_note(
                case_id, None, form.text.data or "", principal(), clock.now(),
                revision=form.draft.data or 0, note_id=form.window_id(),
            )  # fmt: skip
    except RuleBroken as broken:
        form.text.errors = [broken.sentence]
        return _notes(case_id, form), 422
    flash(_("Catatan tersimpan."), "done")
    return redirect(url_for("cases.show", case_id=case_id, _anchor="catatan"), 303)


@blueprint.get("/kasus/<uuid:case_id>/catatan/<uuid:note_id>")
@require("note.read")
def note(case_id: uuid.UUID, note_id: uuid.UUID) -> str:
    """All that one note has said; its author can change it here."""
    return _note(case_id, note_id)


def _note(case_id: uuid.UUID, note_id: uuid.UUID, form: forms.NoteForm | None = None, sentence: str = "") -> str:
    """`form` and `sentence`: what could not be saved, and why. What the note says now then stands beside it."""
    who, now = principal(), clock.now()
    with transaction():
        case = case_for(case_id, who, "note.read", now)
        revisions = read_revisions(case_id, note_id, who, now)
        newest = revisions[0]
        hers = newest.author_id == who.id and standing_to(case, who, now).may("note.write", case.status)
        draft = read_draft(case_id, note_id, who, now) if form is None and hers else None
    if form is not None:
        form.revision.data, form.revision.raw_data = newest.revision, None
    return render(
        "cases/note.html",
        case_id=case_id,
        number=case.number,
        newest=newest,
        earlier=revisions[1:],
        author=emails([newest.author_id])[newest.author_id],
        form=form or _form_for(newest, draft),
        draft=draft,
        sentence=sentence,
        hers=hers,
        labels=labels,
    )


def _form_for(newest: NoteView, draft: DraftView | None) -> forms.NoteForm:
    return _fresh(draft, newest.text, newest.revision)


@blueprint.post("/kasus/<uuid:case_id>/catatan/<uuid:note_id>")
@require("note.edit")
def edit(case_id: uuid.UUID, note_id: uuid.UUID) -> Response | tuple[str, int]:
    """Change one's own note. When it was changed meanwhile, both texts are shown, and the one typed here is kept."""
    form = forms.NoteForm()
    if not form.validate_on_submit():
        return _note(case_id, note_id, form), 422
    try:
        with transaction():
            edit_note(
                case_id, note_id, form.text.data or "", principal(), clock.now(),
                revision=form.revision.data or 0, draft=form.draft.data or 0, window=form.window_id(),
            )  # fmt: skip
    except Conflict as conflict:
        _keep(case_id, note_id, form)
        return _note(case_id, note_id, form, conflict.sentence), 409
    except RuleBroken as broken:
        form.text.errors = [broken.sentence]
        return _note(case_id, note_id, form), 422
    flash(_("Perubahan catatan tersimpan."), "done")
    return redirect(url_for("cases.show", case_id=case_id, _anchor="catatan"), 303)


def _keep(case_id: uuid.UUID, note_id: uuid.UUID, form: forms.NoteForm) -> None:
    """Keep the text that could not be saved as a draft, and let the form know that draft."""
    with transaction():
        saved = _save(case_id, note_id, form.text.data or "", form.draft.data or 0, form.window_id())
    form.draft.data, form.draft.raw_data = saved.revision, None


# -- drafts ---------------------------------------------------------------------------------------------------------
@blueprint.post("/kasus/<uuid:case_id>/draf/<uuid:window>")
@require("note.write")
def draft(case_id: uuid.UUID, window: uuid.UUID) -> Response | tuple[Response, int]:
    """Keep what is being written about a case. 409 when another window was faster; its text comes along."""
    return _draft(case_id, None, window)


@blueprint.post("/kasus/<uuid:case_id>/catatan/<uuid:note_id>/draf/<uuid:window>")
@require("note.edit")
def note_draft(case_id: uuid.UUID, note_id: uuid.UUID, window: uuid.UUID) -> Response | tuple[Response, int]:
    """Keep what is being changed in a note."""
    return _draft(case_id, note_id, window)


def _draft(case_id: uuid.UUID, note_id: uuid.UUID | None, window: uuid.UUID) -> Response | tuple[Response, int]:
    form = forms.DraftForm()
    if not form.validate_on_submit():
        raise RuleBroken(_("Draf ini tidak terbaca."))
    with transaction():
        saved = _save(case_id, note_id, form.text.data or "", form.revision.data or 0, window)
    said = {"revision": saved.revision, "saved_at": local_time(saved.saved_at)}
    if saved.clash:
        return jsonify(said | {"text": saved.text}), 409
    return jsonify(said)


def _save(case_id: uuid.UUID, note_id: uuid.UUID | None, text: str, revision: int, window: uuid.UUID) -> Saved:
    who, now = principal(), clock.now()
    case = case_for(case_id, who, "note.write", now)
    if note_id is not None:
        require_author(note_of(case.id, note_id), who)
    return save_draft(Subject(note_id or case.id, case.id), text, who.id, revision, now, writer=window)
