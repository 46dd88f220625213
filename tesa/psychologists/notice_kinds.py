"""What the rota tells members of staff."""

from __future__ import annotations

import uuid

from flask import url_for
from flask_babel import lazy_gettext as _l

from tesa.accounts.notices import register_notice
from tesa.psychologists.actions.end_duty import ENDED, LET_BACK
from tesa.psychologists.actions.note_missed_offer import LAST_ONE, PAUSED, PAUSED_HERSELF


def _board(_account_id: uuid.UUID | None) -> str:
    return url_for("psychologists.week", _anchor="bertugas")


def _own(_nothing: uuid.UUID | None) -> str:
    return url_for("psychologists.own")


def register_all() -> None:
    """Make the sentences known."""
    register_notice(PAUSED, _l("Seorang rekan dijeda karena dua kali tidak mengangkat telepon."), _board)
    register_notice(LAST_ONE, _l("Satu-satunya yang siap menerima dua kali tidak mengangkat telepon."), _board)
    register_notice(PAUSED_HERSELF, _l("Anda dijeda karena dua kali tidak mengangkat telepon."), _own)
    register_notice(ENDED, _l("Koordinator mengakhiri tugas Anda."), _own)
    register_notice(LET_BACK, _l("Koordinator memasukkan Anda lagi dalam tugas: telepon Anda dapat berdering."), _own)
