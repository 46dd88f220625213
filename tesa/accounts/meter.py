"""The meter of readings: how much of what is sealed a person has opened within the last hour, taken from the trail.

It stands where the trail is written: whoever records that something is opened is counted, so no page can forget it, and
a page that is refused leaves nothing behind. What each threshold does is in rules/meter.py; who may always read on is
said by the slices (`tesa_always_readable`): the contact that she is talking with, the task that she is on.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Flask, current_app, g
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tesa.accounts import step_up
from tesa.accounts.audit.meter_reading import reading_of
from tesa.accounts.audit.writing import Noted
from tesa.accounts.public import Principal, Role, principal, with_role
from tesa.accounts.rules.meter import BLOCK, COUNTED, Reading, Thing, blocked, must_step_up
from tesa.core.errors import Refusal

AlwaysReadable = Callable[[uuid.UUID, str, uuid.UUID], bool]


class TooMuchOpened(Refusal):
    """The meter is full: nothing more that is stored is opened for her now (429)."""

    status = 429


class SecondFactorFirst(Exception):
    """She has opened a lot: the next thing only after a second factor. Answered by the page that asks for it."""


def init_meter(app: Flask, always_readable: tuple[AlwaysReadable, ...] = ()) -> None:
    """Put the meter into `app`. `always_readable(account_id, kind, object_id)`: must she always see this thing?"""
    app.extensions["tesa_audit_watchers"] = (watch,)
    app.extensions["tesa_always_readable"] = always_readable
    app.register_error_handler(SecondFactorFirst, _ask_again)


def _ask_again(_error: Exception) -> Response:
    return step_up.ask_again(principal())


def watch(person: Principal, noted: Noted) -> None:
    """One more thing is about to be opened by `person`. Raises TooMuchOpened or SecondFactorFirst."""
    if noted.act not in COUNTED or noted.object_id is None:
        return
    thing: Thing = (noted.kind, noted.object_id)
    reading: Reading | None = g.get("tesa_reading")
    if reading is None:
        reading = reading_of(person.id, noted.at)
    g.tesa_reading = reading.with_one_more(thing, noted.at)
    if not (blocked(reading, thing) or must_step_up(reading, thing, person.stepped_up_at)):
        return
    if any(always(person.id, noted.kind, noted.object_id) for always in _always_readable()):
        return
    if blocked(reading, thing):
        raise TooMuchOpened(_sentence())
    raise SecondFactorFirst


def _always_readable() -> tuple[AlwaysReadable, ...]:
    said: tuple[AlwaysReadable, ...] = current_app.extensions["tesa_always_readable"]
    return said


def _sentence() -> str:
    return _(
        "Anda sudah membuka %(count)s hal dalam satu jam, jauh lebih banyak daripada biasanya. Demi keamanan penelepon, "
        "yang tersimpan tidak dibuka lagi untuk sementara. Menjawab panggilan dan menyatakan darurat tetap bisa. "
        "Koordinator sudah diberi tahu; hubungi %(who)s.",
        count=BLOCK,
        who=", ".join(member.email for member in with_role(Role.COORDINATOR)),
    )
