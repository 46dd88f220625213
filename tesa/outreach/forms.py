"""The forms of outreach."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, IntegerField, RadioField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from tesa.outreach.labels import priority_label, priority_meaning
from tesa.outreach.places import KECAMATAN
from tesa.outreach.rules.priorities import Priority
from tesa.outreach.sealing import Words

LONGEST = 2000


class RequestForm(FlaskForm):  # type: ignore[misc]
    """Ask for outreach, or amend what was asked: nothing but the priority is needed to begin."""

    priority = RadioField(_l("Seberapa mendesak?"), validators=[InputRequired(_l("Pilih seberapa mendesak."))])
    kecamatan = SelectField(_l("Kecamatan"), validators=[Optional()])
    place = TextAreaField(_l("Tempat"), [Length(max=LONGEST)])
    known = TextAreaField(_l("Yang diketahui"), [Length(max=LONGEST)])
    safety = TextAreaField(_l("Siapa yang mungkin ada di sana, dan apa yang perlu diwaspadai"), [Length(max=LONGEST)])
    wish_woman = BooleanField(_l("Minta petugas perempuan"))
    revision = IntegerField(validators=[Optional()], widget=HiddenInput())

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.priority.choices = [(p.value, f"{p.value} · {priority_label(p)}") for p in Priority]
        self.kecamatan.choices = [("", _("Belum diketahui"))] + [
            (k.code, f"{k.name} ({', '.join(k.kelurahan)})") for k in KECAMATAN.values()
        ]

    def words(self) -> Words:
        """The three texts, without blanks around them."""
        place, known, safety = ((field.data or "").strip() for field in (self.place, self.known, self.safety))
        return Words(place, known, safety)

    def meanings(self) -> dict[str, str]:
        """When to choose which priority."""
        return {p.value: priority_meaning(p) for p in Priority}


class MoveForm(FlaskForm):  # type: ignore[misc]
    """One button that moves a dispatch."""

    state = HiddenField(validators=[InputRequired()])


class ButtonForm(FlaskForm):  # type: ignore[misc]
    """A single button: the token is all it carries."""
