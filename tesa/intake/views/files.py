"""Files of a contact: heard on its page, never handed out otherwise."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from flask import Flask, Response, current_app, request
from werkzeug.datastructures import ContentRange
from werkzeug.wrappers import Response as AnyResponse

from tesa.accounts.audit import record
from tesa.accounts.audit.reading import opened_in_session
from tesa.accounts.permissions import require
from tesa.accounts.public import Principal, principal
from tesa.core import clock
from tesa.core.errors import NotAllowed, NotFound
from tesa.core.transactions import transaction
from tesa.core.vault.files import stretch_of
from tesa.intake.actions.expect_file import file_of
from tesa.intake.actions.fetch_again import fetch_again
from tesa.intake.actions.mark_heard import mark_heard
from tesa.intake.file_models import SealedFile
from tesa.intake.file_screens import chunk_of
from tesa.intake.models import Contact
from tesa.intake.queries import contact_for
from tesa.intake.rules.files import PLAYABLE
from tesa.intake.views.blueprint import blueprint
from tesa.intake.views.going import to_contact

SOUNDS = frozenset({"audio/mpeg", "audio/wav", "audio/x-wav", "audio/ogg", "audio/mp4"})
HEARD_FOR = timedelta(hours=1)  # a player asks for many stretches of one hearing; they are one entry of the trail


@blueprint.get("/kontak/<uuid:contact_id>/suara/<uuid:file_id>")
@require("contact.words")
def hear(contact_id: uuid.UUID, file_id: uuid.UUID) -> Response:
    """The sound itself, whole or the stretch that is asked for. That she hears it is on record before a byte leaves."""
    who, now = principal(), clock.now()
    with transaction():
        found = _hers(contact_id, who)
        file = _playable(contact_id, file_id)
        if not opened_in_session(who.session_id, "contact.words", file_id, now - HEARD_FOR):
            record(who.id, "contact.words", "file", file_id, now, case_id=found.case_id)
        size, chunks, kind = file.size, file.chunks, file.content_type
    return _answer(file_id, size, chunks, kind)


def _hers(contact_id: uuid.UUID, who: Principal) -> Contact:
    """What one may not hear is not there."""
    try:
        return contact_for(contact_id, who, "contact.words")
    except NotAllowed as error:
        raise NotFound from error


def _playable(contact_id: uuid.UUID, file_id: uuid.UUID) -> SealedFile:
    file = file_of(contact_id, file_id)
    if file is None or file.state not in PLAYABLE:
        raise NotFound
    return file


def _answer(file_id: uuid.UUID, size: int, chunks: int, kind: str) -> Response:
    start, end, status = 0, size, 200
    asked = request.range
    if asked is not None and asked.units == "bytes" and len(asked.ranges) == 1:
        stretch = asked.range_for_length(size)
        if stretch is None:
            return Response(status=416, headers={"Content-Range": f"bytes */{size}"})
        (start, end), status = stretch, 206
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # the application itself, not its proxy
    stream = () if request.method == "HEAD" else _streamed(app, file_id, chunks, start, end)
    response = Response(stream, status, content_type=_content_type(kind))
    response.content_length = end - start
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = "inline"
    if status == 206:
        response.content_range = ContentRange("bytes", start, end, size)
    return response


def _streamed(app: Flask, file_id: uuid.UUID, chunks: int, start: int, end: int) -> Iterator[bytes]:
    """One chunk in memory at a time; none of them holds a database connection while the browser takes its time."""
    for number, part in stretch_of(start, end):
        with app.app_context():
            piece = chunk_of(file_id, number, last=number == chunks - 1)
        yield piece[part]


def _content_type(kind: str) -> str:
    """Only sounds are let be played as what they say they are."""
    return kind if kind in SOUNDS else "application/octet-stream"


@blueprint.post("/kontak/<uuid:contact_id>/suara/<uuid:file_id>/didengar")
@require("contact.words")
def heard(contact_id: uuid.UUID, file_id: uuid.UUID) -> AnyResponse:
    """She has heard it."""
    return _done(contact_id, file_id, "file.heard", clock.now())


@blueprint.post("/kontak/<uuid:contact_id>/suara/<uuid:file_id>/ambil")
@require("contact.read")
def fetch_once_more(contact_id: uuid.UUID, file_id: uuid.UUID) -> AnyResponse:
    """Try once more to fetch a file that could not be had."""
    return _done(contact_id, file_id, "file.fetch", clock.now())


def _done(contact_id: uuid.UUID, file_id: uuid.UUID, act: str, now: datetime) -> AnyResponse:
    who = principal()
    with transaction():
        found = contact_for(contact_id, who, "contact.words" if act == "file.heard" else "contact.read")
        file = file_of(contact_id, file_id)
        if file is None:
            raise NotFound
        if act == "file.heard":
            mark_heard(file, who.id, now)
        else:
            fetch_again(file, now)
        record(who.id, act, "file", file_id, now, case_id=found.case_id)
    return to_contact(contact_id)
