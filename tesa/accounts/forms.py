"""The forms of accounts."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from tesa.accounts.public import Role
from tesa.web.preferences import LANGUAGES

ROLE_WORDS = {
    Role.PSYCHOLOGIST: _l("Psikolog"),
    Role.COORDINATOR: _l("Koordinator"),
    Role.OUTREACH: _l("Petugas penjangkauan"),
    Role.ADMINISTRATOR: _l("Administrator"),
}


class SoftphoneForm(FlaskForm):  # type: ignore[misc]
    """Does her browser ring too?"""

    softphone = BooleanField(_l("Telepon di peramban"))


class SignInForm(FlaskForm):  # type: ignore[misc]
    """E-mail and password."""

    email = StringField(_l("Surel"), [InputRequired(_l("Surel belum diisi.")), Length(max=254)])
    password = PasswordField(_l("Kata sandi"), [InputRequired(_l("Kata sandi belum diisi.")), Length(max=1024)])
    shared = BooleanField(_l("Perangkat ini dipakai bersama"))


class CodeForm(FlaskForm):  # type: ignore[misc]
    """The second factor: a code of the app, a recovery code, or what a passkey answered."""

    code = StringField(_l("Kode 6 angka"), [Length(max=40)])
    passkey = HiddenField(validators=[Length(max=16_384)])

    def validate_code(self, field: StringField) -> None:
        """One of the two must be there."""
        if not (field.data or "").strip() and not self.passkey.data:
            raise ValidationError(_("Kode belum diisi."))


class AgainForm(FlaskForm):  # type: ignore[misc]
    """The same, under names that do not meet those of a form it carries along."""

    again_code = StringField(_l("Kode 6 angka"), [Length(max=40)])
    again_passkey = HiddenField(validators=[Length(max=16_384)])

    def validate_again_code(self, field: StringField) -> None:
        """One of the two must be there."""
        if not (field.data or "").strip() and not self.again_passkey.data:
            raise ValidationError(_("Kode belum diisi."))


class PasskeyForm(FlaskForm):  # type: ignore[misc]
    """A new passkey and what its owner calls it."""

    name = StringField(_l("Nama kunci, misalnya: ponsel"), [InputRequired(_l("Nama belum diisi.")), Length(max=40)])
    passkey = HiddenField(validators=[Length(max=16_384)])

    def validate_name(self, field: StringField) -> None:
        """A name is one line of signs that can be shown."""
        if not (field.data or "").strip() or not (field.data or "").isprintable():
            raise ValidationError(_("Nama terlalu panjang atau berisi tanda yang tidak bisa disimpan."))


class EnrolForm(FlaskForm):  # type: ignore[misc]
    """A first password and the proof of the second factor."""

    password = PasswordField(_l("Kata sandi baru"), [InputRequired(_l("Kata sandi belum diisi.")), Length(max=1024)])
    code = StringField(_l("Kode 6 angka"), [InputRequired(_l("Kode belum diisi.")), Length(max=20)])


class StaffForm(FlaskForm):  # type: ignore[misc]
    """A member of staff."""

    name = StringField(_l("Nama"), [InputRequired(_l("Nama belum diisi.")), Length(max=200)])
    email = StringField(_l("Surel"), [InputRequired(_l("Surel belum diisi.")), Length(max=254)])
    phone = StringField(_l("Nomor telepon"), [Length(max=40)])
    roles = SelectMultipleField(
        _l("Peran"),
        choices=[SelectChoice(str(role), word) for role, word in ROLE_WORDS.items()],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    gender = SelectField(
        _l("Jenis kelamin"),
        choices=[
            SelectChoice("", _l("tidak disebut")),
            SelectChoice("P", _l("Perempuan")),
            SelectChoice("L", _l("Laki-laki")),
        ],
    )
    languages = StringField(_l("Bahasa (kode, dipisah titik koma)"), [Length(max=100)], default="id")
    kecamatan = StringField(_l("Kecamatan"), [Length(max=60)])
    active = BooleanField(_l("Aktif"), default=True)
    reason = TextAreaField(_l("Alasan peran klinis"), [Length(max=2000)])


class LinkForm(FlaskForm):  # type: ignore[misc]
    """Why somebody who has a password needs a new way in."""

    reason = TextAreaField(_l("Alasan"), [InputRequired(_l("Alasan belum diisi.")), Length(max=2000)])


class PasswordForm(FlaskForm):  # type: ignore[misc]
    """A new password, proved by the old one."""

    old = PasswordField(_l("Kata sandi sekarang"), [InputRequired(_l("Kata sandi belum diisi.")), Length(max=1024)])
    password = PasswordField(_l("Kata sandi baru"), [InputRequired(_l("Kata sandi belum diisi.")), Length(max=1024)])


class LookForm(FlaskForm):  # type: ignore[misc]
    """How the pages look."""

    language = SelectField(_l("Bahasa halaman"), choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()])
    theme = SelectField(
        _l("Warna halaman"),
        choices=[
            SelectChoice("auto", _l("Ikuti sistem")),
            SelectChoice("light", _l("Terang")),
            SelectChoice("dark", _l("Gelap")),
        ],
    )
