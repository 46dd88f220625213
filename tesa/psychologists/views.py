"""Pages of the rota and of duty. Thin: permission, form, transaction, act, page."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tesa.accounts.permissions import require
from tesa.accounts.public import emails, principal
from tesa.core import clock
from tesa.core.errors import Conflict, NotFound, Refusal, RuleBroken
from tesa.core.transactions import transaction
from tesa.psychologists import duty_views, forms, labels, queries, screens
from tesa.psychologists.actions.add_assignment import add_assignment
from tesa.psychologists.actions.change_assignment import change_assignment
from tesa.psychologists.actions.import_rota import RotaRefused, import_rota
from tesa.psychologists.actions.remove_assignment import remove_assignment
from tesa.psychologists.blueprint import blueprint
from tesa.psychologists.notice_kinds import register_all
from tesa.psychologists.public import OnDuty, duty_board, next_gap, on_duty
from tesa.psychologists.queries import Shift
from tesa.psychologists.rules.calendar import days, local_date, monday_of
from tesa.psychologists.rules.rota import Line, Status, Tier
from tesa.psychologists.rules.rota_file import write
from tesa.telephony.inbound import settings
from tesa.web.fragments import leave_for, render

blueprint.add_app_template_global(labels.state_label, "duty_state_label")
blueprint.add_app_template_global(labels.tier_label, "duty_tier_label")
blueprint.add_app_template_global(labels.pause_label, "duty_pause_label")
blueprint.add_app_template_global(labels.off_label, "duty_off_label")
blueprint.add_app_template_global(labels.off_reasons, "duty_off_reasons")
blueprint.add_app_template_global(clock.now, "duty_now")
blueprint.add_app_template_global(lambda: principal().has("rota.own"), "duty_is_on_rota")
blueprint.add_app_template_filter(labels.short_date)
register_all()

__all__ = ["blueprint", "duty_views"]
Page = str | tuple[str, int] | AnyResponse
MOST_COMPLAINTS = 100  # shown; the rest is counted
GAP_DAYS = 28
USUAL_START, USUAL_HOURS = 8, 12  # what a new shift looks like before anybody has said otherwise


# -- the week ---------------------------------------------------------------------------------------------------------
@blueprint.get("/jadwal")
@require("rota.read")
def week() -> str:
    """Who is on when: people and days, how each day is covered, and the next gap."""
    now = clock.now()
    return render(
        "psychologists/week.html",
        week=screens.week_of(_day_asked(now), now, settings().time_zone),
        gap=(gap := next_gap(now, GAP_DAYS)),
        gap_url=_week_url(gap.starts_at) if gap else "",
        gap_days=GAP_DAYS,
        may_write=principal().has("rota.write"),
        may_own=principal().has("rota.own"),
        may_order=(may_order := principal().has("duty.others")),
        board=duty_board(now) if may_order else (),
        labels=labels,
        now=now,
        tiers={(line.value, tier): labels.tier_label(line, tier) for line in Line for tier in Tier.ALL},
        this_week=monday_of(local_date(now, settings().time_zone)),
    )


def _day_asked(now: datetime) -> date:
    """The day in ?dari=, today when it is none or far off."""
    today = local_date(now, settings().time_zone)
    try:
        asked = date.fromisoformat(request.args.get("dari", ""))
    except ValueError:
        return today
    return asked if abs(asked - today) < timedelta(days=3660) else today


@blueprint.get("/jadwal/jadwal.csv")
@require("rota.read")
def export() -> Response:
    """The assignments that touch the shown week, in the form that the import takes."""
    zone = settings().time_zone
    seven = days(monday_of(_day_asked(clock.now())), 7, zone)
    shifts = queries.shifts(seven[0].starts_at, seven[-1].ends_at)
    address = emails(s.account_id for s in shifts)
    text = write(
        (address[s.account_id], s.starts_at.astimezone(zone), s.ends_at.astimezone(zone), s.tier, s.line)
        for s in shifts
    )
    name = f"jadwal-{seven[0].date.isoformat()}.csv"
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={name}"})


@blueprint.get("/jadwal/saya")
@require("rota.own")
def own() -> str:
    """My duty now, and my shifts of the next weeks."""
    me, now = principal(), clock.now()
    return render(
        "psychologists/own.html",
        duty=_my_duty(me.id, now),
        shifts=screens.shifts_ahead(me.id, now),
        weeks=screens.WEEKS_AHEAD,
        now=now,
        labels=labels,
        may_read=me.has("rota.read"),
    )


def _my_duty(account_id: uuid.UUID, now: datetime) -> OnDuty | None:
    everybody = (duty for line in Line for duty in on_duty(line, now))
    return next((duty for duty in everybody if duty.account_id == account_id), None)


# -- one assignment ---------------------------------------------------------------------------------------------------
@blueprint.route("/jadwal/tambah", methods=["GET", "POST"])
@require("rota.write")
def add() -> Page:
    """Put somebody on the rota."""
    form = _form(_suggested())
    if not form.validate_on_submit():
        return _assignment_page(form)
    now = clock.now()
    account_id, line, tier, starts_at, ends_at = form.chosen()
    try:
        with transaction():
            add_assignment(account_id, line, tier, starts_at, ends_at, principal().id, now)
    except (RuleBroken, Conflict) as refusal:
        return _assignment_page(form, refusal=refusal)
    flash(_("Giliran ditambahkan."), "success")
    return leave_for(_week_url(starts_at))


@blueprint.route("/jadwal/<uuid:assignment_id>", methods=["GET", "POST"])
@require("rota.write")
def change(assignment_id: uuid.UUID) -> Page:
    """Change one assignment, or give it to somebody else."""
    shift, now = _shift(assignment_id), clock.now()
    form = _form(forms.as_filled(shift, settings().time_zone))
    if shift.starts_at < now:
        form.keep_start(shift.starts_at)
    if request.method == "GET" or not form.validate():
        return _assignment_page(form, shift)
    account_id, line, tier, starts_at, ends_at = form.chosen()
    version = form.sequence.data
    try:
        with transaction():
            change_assignment(assignment_id, line, tier, starts_at, ends_at, principal().id, now, account_id, version)
    except (RuleBroken, Conflict) as refusal:
        return _assignment_page(form, shift, refusal)
    flash(_("Giliran diubah."), "success")
    return leave_for(_week_url(starts_at))


@blueprint.post("/jadwal/<uuid:assignment_id>/hapus")
@require("rota.write")
def remove(assignment_id: uuid.UUID) -> AnyResponse:
    """Take an assignment off the rota; a running one ends now."""
    form, shift = forms.ButtonForm(), _shift(assignment_id)
    with transaction():
        remove_assignment(assignment_id, principal().id, clock.now(), form.sequence.data)
    flash(_("Giliran dihapus dari jadwal."), "success")
    return leave_for(_week_url(shift.starts_at))


def _shift(assignment_id: uuid.UUID) -> Shift:
    shift = queries.shift_by_id(assignment_id)
    if shift is None or shift.status == Status.CANCELLED:
        raise NotFound
    return shift


def _form(filled: dict[str, object]) -> forms.AssignmentForm:
    return forms.AssignmentForm(screens.choosable(), settings().time_zone, data=filled)


def _suggested() -> dict[str, object]:
    """A new shift as the page that was come from suggests it: ?orang=, ?tanggal=, ?jalur=, ?tingkat=."""
    day = _day_asked(clock.now())
    try:
        day = date.fromisoformat(request.args.get("tanggal", ""))
    except ValueError:
        day = max(day, local_date(clock.now(), settings().time_zone))
    starts = datetime(day.year, day.month, day.day, USUAL_START)  # noqa: DTZ001  a time on the wall
    return {
        "account_id": request.args.get("orang", ""),
        "line": request.args.get("jalur", Line.HOTLINE.value),
        "tier": request.args.get("tingkat", "1"),
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=USUAL_HOURS) if day < date.max - timedelta(days=2) else starts,
    }


def _assignment_page(form: forms.AssignmentForm, shift: Shift | None = None, refusal: Refusal | None = None) -> Page:
    now = clock.now()
    page = render(
        "psychologists/assignment.html",
        form=form,
        shift=shift,
        began=shift is not None and shift.starts_at < now,
        over=shift is not None and shift.ends_at <= now,
        refusal=refusal.sentence if refusal else "",
        back=_week_url(shift.starts_at if shift else now),
        labels=labels,
    )
    return page if request.method == "GET" else (page, refusal.status if refusal else RuleBroken.status)


def _week_url(moment: datetime) -> str:
    return url_for("psychologists.week", dari=monday_of(local_date(moment, settings().time_zone)).isoformat())


# -- a file -----------------------------------------------------------------------------------------------------------
@blueprint.route("/jadwal/impor", methods=["GET", "POST"])
@require("rota.write")
def import_file() -> Page:
    """Take a whole rota from a CSV file, or show every line at fault."""
    form = forms.ImportForm()
    if not form.validate_on_submit():
        return _import_page(form)
    try:
        with transaction():
            done = import_rota(form.file.data.read(), principal().id, clock.now())
    except (RotaRefused, Conflict) as refusal:
        return _import_page(form, refusal)
    flash(_("%(baru)s giliran ditambahkan, %(lama)s sudah ada.", baru=done.added, lama=done.known), "success")
    return leave_for(url_for("psychologists.week"))


def _import_page(form: forms.ImportForm, refusal: RotaRefused | Conflict | None = None) -> Page:
    complaints = refusal.complaints if isinstance(refusal, RotaRefused) else []
    page = render(
        "psychologists/import.html",
        form=form,
        refusal=refusal.sentence if refusal else "",
        complaints=complaints[:MOST_COMPLAINTS],
        further=max(0, len(complaints) - MOST_COMPLAINTS),
        labels=labels,
    )
    return page if request.method == "GET" else (page, refusal.status if refusal else RuleBroken.status)
