"""A file that could not be had is asked for once more."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from tesa.core.errors import Conflict
from tesa.intake.file_models import SealedFile
from tesa.intake.rules.files import FileState


def fetch_again(file: SealedFile, now: datetime) -> None:
    """Begin anew. Raises Conflict unless fetching `file` has failed."""
    if file.state != FileState.FAILED:
        raise Conflict(_("Berkas ini tidak perlu diambil lagi."))
    file.state, file.next_try_at, file.tries, file.error = FileState.FETCHING, now, 0, None
