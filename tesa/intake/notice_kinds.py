"""What intake tells members of staff."""

from __future__ import annotations

import uuid

from flask import url_for
from flask_babel import lazy_gettext as _l

from tesa.accounts.notices import register_notice
from tesa.intake.actions.climb_promise import MANY_TRIES, NOTICE
from tesa.intake.actions.mark_silent import SILENT_AGAIN
from tesa.intake.actions.turn_recording import TURNED_OFF, TURNED_ON
from tesa.intake.fetching import NOT_FETCHED


def _contact(contact_id: uuid.UUID | None) -> str | None:
    return url_for("intake.contact", contact_id=contact_id) if contact_id else None


def _nowhere(_object_id: uuid.UUID | None) -> str | None:
    return None


register_notice(NOTICE, _l("Seseorang menunggu telepon kembali."), _contact)
register_notice(MANY_TRIES, _l("Seseorang belum terhubung setelah beberapa kali ditelepon kembali."), _contact)
register_notice(SILENT_AGAIN, _l("Telepon tanpa suara berulang dari nomor sebuah kasus berisiko tinggi."), _contact)
register_notice(NOT_FETCHED, _l("Satu pesan suara tidak dapat diambil dari penyedia telepon."), _contact)
register_notice(TURNED_ON, _l("Perekaman percakapan kini menyala: penelepon ditanya lebih dahulu."), _nowhere)
register_notice(TURNED_OFF, _l("Perekaman percakapan kini mati."), _nowhere)
