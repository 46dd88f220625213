"""The forms of intake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, DateField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length

from tesa.intake import labels, talk_labels
from tesa.intake.rules.talk import INTERPRETER, SERVICES

PARTIES = (INTERPRETER, *SERVICES)


def _choices(words: Mapping[str, Any]) -> list[SelectChoice]:
    return [SelectChoice(code, word) for code, word in words.items()]


class ReplyForm(FlaskForm):  # type: ignore[misc]
    """An answer to a text."""

    text = TextAreaField(_l("Balasan"), [InputRequired(_l("Balasan masih kosong.")), Length(max=1600)])


class FinalizeForm(FlaskForm):  # type: ignore[misc]
    """Outcome and services of a contact."""

    outcome = SelectField(_l("Hasil kontak"), choices=_choices(labels.CHOOSABLE))
    services = SelectMultipleField(_l("Layanan yang diberikan"), choices=_choices(labels.SERVICE))


class CallBackForm(FlaskForm):  # type: ignore[misc]
    """How a promised call-back ended."""

    outcome = RadioField(_l("Hasil"), choices=_choices(labels.CALL_BACK_OUTCOME))
    reason = StringField(
        _l("Alasan singkat"), [InputRequired(_l("Tuliskan alasannya dengan singkat.")), Length(max=500)]
    )


class LinkCaseForm(FlaskForm):  # type: ignore[misc]
    """A contact is linked with a known person's case, or opens a new one."""

    person_id = StringField()
    name = StringField(_l("Nama atau nama samaran"), [Length(max=200)])


class WordForm(FlaskForm):  # type: ignore[misc]
    """One word or phrase of the emergency list."""

    phrase = StringField(_l("Kata atau frasa"), [InputRequired(_l("Tuliskan kata atau frasa.")), Length(min=3, max=60)])
    active = BooleanField(_l("Dipakai"), default=True)


class RecordingForm(FlaskForm):  # type: ignore[misc]
    """A recording of a sentence."""

    file = FileField(_l("Berkas WAV atau MP3"), [FileRequired(_l("Pilih berkas."))])


class FlagForm(FlaskForm):  # type: ignore[misc]
    """A flag on the number of a contact."""

    kind = SelectField(_l("Penanda"), choices=_choices(labels.SETTABLE))
    reason = SelectField(_l("Alasan"), choices=_choices(labels.FLAG_REASON))
    last_day = DateField(_l("Berlaku sampai (hari terakhir)"), [InputRequired(_l("Isi tanggal berakhirnya."))])


class FlagEndForm(FlaskForm):  # type: ignore[misc]
    """When a flag ends; for a suggestion also what it becomes."""

    kind = SelectField(_l("Penanda"), choices=_choices(labels.SETTABLE), validate_choice=False)
    last_day = DateField(_l("Berlaku sampai (hari terakhir)"), [InputRequired(_l("Isi tanggal berakhirnya."))])


class RecordTalksForm(FlaskForm):  # type: ignore[misc]
    """Why talks are to be recorded."""

    why = TextAreaField(
        _l("Alasan"),
        [InputRequired(), Length(min=20, max=2000, message=_l("Tulis alasannya, sedikitnya 20 karakter."))],
    )


class ListenForm(FlaskForm):  # type: ignore[misc]
    """Why a coordinator takes part in a talk."""

    reason = SelectField(_l("Mengapa Anda mendengarkan?"), choices=_choices(talk_labels.LISTEN_REASON))


class ThirdPartyForm(FlaskForm):  # type: ignore[misc]
    """Somebody who may be called into a talk."""

    short_name = SelectField(_l("Siapa"), choices=_choices({c: talk_labels.SHORT_NAME[c] for c in PARTIES}))
    name = StringField(_l("Nama"), [Length(max=120)])
    language = StringField(_l("Bahasa (juru bahasa)"), [Length(max=20)])
    number = StringField(
        _l("Nomor telepon lengkap"), [InputRequired(_l("Tuliskan nomor telepon yang lengkap.")), Length(max=40)]
    )


class ButtonForm(FlaskForm):  # type: ignore[misc]
    """A single button: the token is all it carries."""
