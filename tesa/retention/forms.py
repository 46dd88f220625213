"""The forms of retention."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, IntegerField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from tesa.retention.labels import hold_label, thing_label
from tesa.retention.rules.keeping import LONGEST, SHORTEST, HoldReason, Thing

WHY = Length(min=20, max=2000, message=_l("Tulis alasannya, sedikitnya 20 karakter."))


class RuleForm(FlaskForm):  # type: ignore[misc]
    """A proposal to keep things of one kind longer or shorter."""

    thing = SelectField(_l("Jenis data"), [InputRequired()])
    days = IntegerField(_l("Lama penyimpanan (hari)"), [InputRequired(), NumberRange(SHORTEST, LONGEST)])
    why = TextAreaField(_l("Alasan"), [InputRequired(), WHY])

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.thing.choices = [(thing.value, thing_label(thing)) for thing in Thing]


class HoldForm(FlaskForm):  # type: ignore[misc]
    """Why, and until when, nothing of a case may be destroyed."""

    reason = SelectField(_l("Alasan penahanan"), [InputRequired()])
    last_day = DateField(_l("Sampai tanggal"), [Optional()])

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.reason.choices = [(reason.value, hold_label(reason)) for reason in HoldReason]

    def until(self, zone: ZoneInfo) -> datetime | None:
        """The end of the last day, local time; None: until somebody lifts it."""
        day = self.last_day.data
        return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone) if day else None


class ShredForm(FlaskForm):  # type: ignore[misc]
    """Why all of a case is to be destroyed."""

    why = TextAreaField(_l("Alasan"), [InputRequired(), WHY])


class ButtonForm(FlaskForm):  # type: ignore[misc]
    """A button; the token is all it carries."""
