"""The recordings of what callers hear: the page on which administrators keep them, and the public address of each."""

from __future__ import annotations

from contextlib import closing
from urllib.parse import quote

from flask import Response, abort, flash, redirect, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import defer
from werkzeug.wrappers import Response as AnyResponse

from tesa.accounts.permissions import public_endpoint, require
from tesa.accounts.public import principal
from tesa.core import clock
from tesa.core.db import db
from tesa.core.errors import NotFound, RuleBroken
from tesa.core.transactions import transaction
from tesa.intake import forms, labels
from tesa.intake.actions.record_prompt import delete_prompt, record_prompt
from tesa.intake.models import RecordedPrompt
from tesa.intake.prompts import sentences
from tesa.intake.rules import sound
from tesa.intake.speaking import MUSIC, VOICES
from tesa.intake.views.blueprint import blueprint
from tesa.web.assets import FOR_EVER
from tesa.web.fragments import render


def _recordings() -> dict[tuple[str, str], RecordedPrompt]:
    """All recordings without their content, by key and language."""
    rows = db.session.scalars(db.select(RecordedPrompt).options(defer(RecordedPrompt.content, raiseload=True)))
    return {(row.key, row.language): row for row in rows}


@blueprint.get("/suara")
@require("prompts.read")
def sounds() -> str:
    """Every sentence, and whether it is recorded or read out."""
    return render(
        "intake/sounds.html",
        sentences=sentences(),
        recordings=_recordings(),
        spoken=tuple(VOICES),
        music=MUSIC,
        labels=labels,
    )


@blueprint.get("/suara/<key>")
@require("prompts.read")
def sound_page(key: str) -> str:
    """One sentence: its words, its recordings."""
    return _sound_page(key, forms.RecordingForm(formdata=None), "")


def _sound_page(key: str, form: forms.RecordingForm, language: str) -> str:
    sentence = sentences().get(key)
    if sentence is None and key != MUSIC:
        raise NotFound
    return render(
        "intake/sound.html",
        key=key,
        sentence=sentence,
        spoken=tuple(VOICES) if sentence else ("id",),
        recordings={code: row for (of, code), row in _recordings().items() if of == key},
        form=form,
        tried=language,
        most=int(sound.longest(key)),
        labels=labels,
        may_edit=principal().has("prompts.edit"),
    )


@blueprint.post("/suara/<key>/<language>")
@require("prompts.edit")
def upload_sound(key: str, language: str) -> AnyResponse | tuple[str, int]:
    """Upload a recording. A file that cannot be played is refused with the reason."""
    form, who, now = forms.RecordingForm(), principal(), clock.now()
    if not form.validate_on_submit():
        return _sound_page(key, form, language), 422
    with closing(form.file.data) as file:
        content = file.read(sound.MOST_BYTES + 1)
    try:
        with transaction():
            record_prompt(key, language, content, who.id, now)
    except RuleBroken as refusal:
        form.file.errors = [refusal.sentence]
        return _sound_page(key, form, language), refusal.status
    flash(_("Rekaman dipakai mulai sekarang."), "done")
    return redirect(url_for("intake.sound_page", key=key), 303)


@blueprint.post("/suara/<key>/<language>/hapus")
@require("prompts.edit")
def delete_sound(key: str, language: str) -> AnyResponse:
    """Delete a recording: the sentence is read out again."""
    who, now = principal(), clock.now()
    with transaction():
        delete_prompt(key, language, who.id, now)
    return redirect(url_for("intake.sound_page", key=key), 303)


@blueprint.get("/twilio/prompt/<key>-<language>-<digest>")
@public_endpoint
def prompt_sound(key: str, language: str, digest: str) -> Response:
    """A recording, for Twilio and for everybody: it holds nothing about anybody.

    A caller may be told of a recording that is replaced or deleted before it is fetched. Then she hears the new one, or
    a moment of silence; an error would take her out of what she is in.
    """
    sentence = sentences().get(key)
    if (sentence is None and key != MUSIC) or language not in VOICES:
        abort(404)
    row = db.session.get(RecordedPrompt, (key, language))
    if row is None:
        return Response(sound.silence(0.5), content_type=sound.WAV)
    response = Response(row.content, content_type=row.content_type)
    response.headers["X-Transcript"] = quote(sentence.words(language) if sentence else "♪")
    if row.digest == digest:
        response.headers["Cache-Control"] = FOR_EVER
    return response
