"""The forms of the rota. Times are typed as the clock on the wall shows them and become instants here."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import DateTimeLocalField, IntegerField, SelectField, ValidationError
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from tesa.accounts.public import StaffMember
from tesa.psychologists import labels
from tesa.psychologists.queries import Shift
from tesa.psychologists.rules.calendar import from_wall
from tesa.psychologists.rules.rota import Flaw, Line, Tier, time_flaw

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]  # as browsers send a date and time


class WallTimeField(DateTimeLocalField):  # type: ignore[misc]
    """A date and a time by the local clock; what cannot be read is said in our own words."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the browser's value."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Isi tanggal dan jam, misalnya 24/11/2026 08.00.")) from error


def _one_of(_form: FlaskForm, field: SelectField) -> None:
    if field.data not in {value for value, _label in field.choices}:
        raise ValidationError(_("Pilih dari daftar."))


class AssignmentForm(FlaskForm):  # type: ignore[misc]
    """Add or change one assignment."""

    account_id = SelectField(_l("Siapa"), [_one_of], validate_choice=False)
    line = SelectField(_l("Jalur"), [_one_of], validate_choice=False)
    tier = SelectField(_l("Tingkat"), [_one_of], validate_choice=False)
    starts_at = WallTimeField(_l("Mulai"), [InputRequired(_l("Isi tanggal dan jam mulai."))], format=FORMATS)
    ends_at = WallTimeField(_l("Berakhir"), [InputRequired(_l("Isi tanggal dan jam selesai."))], format=FORMATS)
    sequence = IntegerField(validators=[Optional()], widget=HiddenInput())

    def __init__(self, people: Iterable[StaffMember], zone: ZoneInfo, **values: object) -> None:
        super().__init__(**values)
        self.zone = zone
        self.kept_start: datetime | None = None
        self.account_id.choices = [("", _("Pilih orang")), *((str(p.id), _named(p)) for p in people)]
        self.line.choices = [(line.value, labels.line_label(line)) for line in Line]
        self.tier.choices = [
            (str(tier), f"{tier} · {labels.tier_label(Line.HOTLINE, tier)} / {labels.tier_label(Line.OUTREACH, tier)}")
            for tier in Tier.ALL
        ]

    def validate_account_id(self, field: SelectField) -> None:
        """Somebody has to be chosen."""
        if not field.data:
            raise ValidationError(_("Pilih orang."))

    def validate_starts_at(self, field: WallTimeField) -> None:
        """The clock shows this time exactly once."""
        if field.data is not None:
            self.instant(field)

    def validate_ends_at(self, field: WallTimeField) -> None:
        """The clock shows this time exactly once, after the start and not too long after it."""
        if field.data is None:
            return
        ends_at = self.instant(field)
        if self.starts_at.errors or self.starts_at.data is None:
            return
        flaw = time_flaw(self.instant(self.starts_at), ends_at)
        if flaw is not None:
            raise ValidationError(labels.flaw_sentence(flaw))

    def keep_start(self, moment: datetime) -> None:
        """The duty has begun: its start is no question any more, and may hold seconds that a form does not show."""
        self.kept_start = moment
        self.starts_at.data = on_the_wall(moment, self.zone)
        self.starts_at.validators = []

    def instant(self, field: WallTimeField) -> datetime:
        """The instant of a time that was typed. Raises ValidationError in the hour of a change of clocks."""
        if field is self.starts_at and self.kept_start is not None:
            return self.kept_start
        try:
            moment = from_wall(field.data, self.zone)
        except OverflowError:
            raise ValidationError(labels.flaw_sentence(Flaw.OUT_OF_RANGE)) from None
        if moment is None:
            raise ValidationError(_("Jam ini tidak ada atau ada dua kali karena pergantian waktu. Pilih jam lain."))
        return moment

    def chosen(self) -> tuple[uuid.UUID, str, int, datetime, datetime]:
        """Person, line, tier, start and end of a valid form."""
        times = (self.instant(self.starts_at), self.instant(self.ends_at))
        return uuid.UUID(self.account_id.data), self.line.data, int(self.tier.data), *times


def _named(person: StaffMember) -> str:
    return f"{person.name} · {', '.join(labels.role_label(role) for role in sorted(person.roles))}"


def on_the_wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """An instant as the form shows it."""
    return moment.astimezone(zone).replace(tzinfo=None)


def as_filled(shift: Shift, zone: ZoneInfo) -> dict[str, object]:
    """What the form holds when an assignment is opened."""
    return {
        "account_id": str(shift.account_id),
        "line": shift.line,
        "tier": str(shift.tier),
        "starts_at": on_the_wall(shift.starts_at, zone),
        "ends_at": on_the_wall(shift.ends_at, zone),
        "sequence": shift.sequence,
    }


class ImportForm(FlaskForm):  # type: ignore[misc]
    """A CSV file."""

    file = FileField(_l("Berkas CSV"), [FileRequired(_l("Pilih berkas."))])


class ButtonForm(FlaskForm):  # type: ignore[misc]
    """A single button: the token and the version that was on the screen."""

    sequence = IntegerField(validators=[Optional()], widget=HiddenInput())
