"""Why somebody may be shown a number that is masked for her: a code from a list, because the trail keeps no words."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField
from wtforms.fields import SelectChoice

from tesa.core.errors import RuleBroken

REASONS = {
    "authority": _l("Untuk polisi, ambulans, atau pemadam kebakaran"),
    "field": _l("Untuk tim penjangkauan yang sedang menuju ke sana"),
    "call_back": _l("Menelepon kembali karena psikolognya tidak ada"),
    "review": _l("Memeriksa keluhan atau nomor yang keliru"),
}


class RevealForm(FlaskForm):  # type: ignore[misc]
    """Why the number has to be seen."""

    reason = SelectField(
        _l("Mengapa nomor ini perlu dilihat?"), choices=[SelectChoice(code, word) for code, word in REASONS.items()]
    )


def reason_given() -> str:
    """The reason in the form of the present request. Raises RuleBroken when it is none of the list."""
    form = RevealForm()
    if not form.validate_on_submit():
        raise RuleBroken(_("Pilih alasan dari daftar."))
    return str(form.reason.data)
