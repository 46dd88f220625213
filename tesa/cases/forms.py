"""The forms of cases."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from tesa.accounts.public import Role, with_role
from tesa.cases.actions.read_case import CaseView
from tesa.cases.labels import answer_label, gender_label, reason_label, risk_label
from tesa.cases.rules.drafts import LONGEST
from tesa.cases.rules.lifecycle import ClosureReason
from tesa.cases.rules.risk import Risk
from tesa.cases.rules.safe_contact import Answer, Hours, SafeAnswers

REASON = 2000


def _lines(text: str | None) -> str | None:
    """Line ends as the page's script sends them, so that a draft and the note made of it compare equal."""
    return None if text is None else text.replace("\r\n", "\n")


class SearchForm(FlaskForm):  # type: ignore[misc]
    """A telephone number or a case number. Sent by POST: a number has no place in an address."""

    text = StringField(_l("Nomor telepon atau nomor kasus"), [InputRequired(), Length(max=60)])


class ScreenForm(FlaskForm):  # type: ignore[misc]
    """A judgement of the risk."""

    risk = RadioField(_l("Tingkat risiko"), validators=[InputRequired(_l("Pilih tingkat risiko dari daftar."))])
    why = TextAreaField(_l("Alasan"), [Length(max=REASON)], filters=[_lines])

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.risk.choices = [(risk.value, risk_label(risk)) for risk in Risk]


class AssignForm(FlaskForm):  # type: ignore[misc]
    """Who is to have the case from now on."""

    account_id = SelectField(_l("Psikolog"), validators=[InputRequired(_l("Pilih psikolog yang masih bertugas."))])

    def __init__(self, case: CaseView, **values: object) -> None:
        super().__init__(**values)
        others = [m for m in with_role(Role.PSYCHOLOGIST) if m.id != case.owner_id]
        self.account_id.choices = [("", _("Pilih…")), *((str(m.id), m.email) for m in others)]


class CloseForm(FlaskForm):  # type: ignore[misc]
    """Why a case is closed."""

    reason = SelectField(_l("Alasan penutupan"), validators=[InputRequired(_l("Pilih alasan penutupan dari daftar."))])
    remark = TextAreaField(_l("Penjelasan"), [Length(max=REASON)], filters=[_lines])

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.reason.choices = [("", _("Pilih…")), *((reason.value, reason_label(reason)) for reason in ClosureReason)]


class SafeContactForm(FlaskForm):  # type: ignore[misc]
    """What she says about being reached."""

    to_call = RadioField(_l("Aman ditelepon?"), default=Answer.UNKNOWN.value)
    to_message = RadioField(_l("Aman dikirimi pesan?"), default=Answer.UNKNOWN.value)
    since = TimeField(_l("Aman dari pukul"), [Optional()])
    until = TimeField(_l("Aman sampai pukul"), [Optional()])
    hours = StringField(_l("Keterangan tentang jam"), [Length(max=200)])
    code_word = StringField(_l("Kata aman"), [Length(max=100)])

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        for field in (self.to_call, self.to_message):
            field.choices = [(answer.value, answer_label(answer)) for answer in Answer]

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Also: both times or neither, because half an interval says nothing to a rule."""
        fit: bool = super().validate(extra_validators)
        if fit and (self.since.data is None) != (self.until.data is None):
            self.until.errors = [_("Isi kedua jam, atau kosongkan keduanya.")]
            return False
        return fit

    def answers(self) -> SafeAnswers:
        """What was filled in."""
        since, until = self.since.data, self.until.data
        return SafeAnswers(
            Answer(self.to_call.data),
            Answer(self.to_message.data),
            (self.hours.data or "").strip(),
            (self.code_word.data or "").strip(),
            Hours(since, until) if since is not None and until is not None else None,
        )


class PersonForm(FlaskForm):  # type: ignore[misc]
    """Who she is, as far as she said."""

    name = StringField(_l("Nama"), [Length(max=200)])
    alias = StringField(_l("Nama samaran"), [Length(max=200)])
    gender = SelectField(_l("Jenis kelamin"), validators=[Optional()])
    birth_year = IntegerField(_l("Tahun lahir"), [Optional()])

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.gender.choices = [("", _("Belum diketahui")), *((code, gender_label(code)) for code in ("P", "L"))]


class NoteForm(FlaskForm):  # type: ignore[misc]
    """A note. `window` names the window it is written in, `draft` the revision of the draft that it had loaded."""

    text = TextAreaField(
        _l("Tulis catatan"),
        [
            InputRequired(_l("Catatan masih kosong.")),
            Length(
                max=LONGEST, message=_l("Catatan ini terlalu panjang untuk disimpan. Bagi menjadi beberapa catatan.")
            ),
        ],
        filters=[_lines],
    )
    window = StringField(widget=HiddenInput())
    draft = IntegerField(widget=HiddenInput(), validators=[Optional()])
    revision = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def window_id(self) -> uuid.UUID:
        """The window's id; a fresh one when the form holds none that is an id."""
        try:
            return uuid.UUID(self.window.data or "")
        except ValueError:
            return uuid.uuid4()


class DraftForm(FlaskForm):  # type: ignore[misc]
    """What the page's script sends while somebody types."""

    text = StringField(filters=[_lines])
    revision = IntegerField(validators=[Optional()])


class ButtonForm(FlaskForm):  # type: ignore[misc]
    """A single button: the token is all it carries."""
