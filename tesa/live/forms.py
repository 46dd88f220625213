"""The form of the rehearsal."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateTimeLocalField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional

from tesa.intake import labels


class RehearsalForm(FlaskForm):  # type: ignore[misc]
    """A call as it might come in."""

    number = StringField(_l("Nomor (kosong: tidak tampak)"), [Length(max=40)])
    at = DateTimeLocalField(_l("Kapan (kosong: sekarang)"), [Optional()])
    woman = BooleanField(_l("ingin psikolog perempuan"))
    language = SelectField(
        _l("Bahasa"),
        choices=[
            SelectChoice("", _l("tidak memilih")),
            *(SelectChoice(code, word) for code, word in labels.LANGUAGE.items()),
        ],
    )
    critical = BooleanField(_l("gawat: semua berdering bersama"))
