"""Buttons of duty: I am there, I pause, I go, I still write; and what a coordinator may order."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.psychologists.actions.end_duty import end_duty, let_back
from tesa.psychologists.actions.extend_wrapup import extend_wrapup
from tesa.psychologists.actions.pause import pause
from tesa.psychologists.actions.sign_off import sign_off
from tesa.psychologists.actions.sign_on import sign_on
from tesa.psychologists.blueprint import blueprint
from tesa.psychologists.public import duty_ends
from tesa.web.fragments import leave_for
from tesa.web.preferences import local_path


@blueprint.post("/siaga/mulai")
@require("duty.own")
def duty_on() -> AnyResponse:
    """I can be rung again; also: I have finished writing."""
    me, now = principal().id, clock.now()
    with transaction():
        sign_on(me, now)
    return _after_duty(me, now)


@blueprint.post("/siaga/jeda")
@require("duty.own")
def duty_pause() -> AnyResponse:
    """Do not ring me for a while."""
    me, now = principal().id, clock.now()
    with transaction():
        pause(me, request.form.get("reason", ""), now)
    return _after_duty(me, now)


@blueprint.post("/siaga/selesai")
@require("duty.own")
def duty_off() -> AnyResponse:
    """I go home before my duty ends."""
    me, now = principal().id, clock.now()
    with transaction():
        sign_off(me, now)
    return _after_duty(me, now)


@blueprint.post("/siaga/perpanjang")
@require("duty.own")
def duty_extend() -> AnyResponse:
    """I need longer to write."""
    with transaction():
        extend_wrapup(principal().id, clock.now())
    return _back()


@blueprint.post("/siaga/<uuid:account_id>/akhiri")
@require("duty.others")
def end(account_id: uuid.UUID) -> AnyResponse:
    """End somebody's duty; while she talks it waits until that is over."""
    with transaction():
        at_once = end_duty(account_id, request.form.get("reason", ""), principal().id, clock.now())
    if at_once:
        flash(_("Tugasnya diakhiri dan ia diberi tahu."), "success")
    else:
        flash(_("Ia sedang dalam panggilan. Tugasnya berakhir sesudah itu, dan ia diberi tahu."), "success")
    return _back()


@blueprint.post("/siaga/<uuid:account_id>/masukkan")
@require("duty.others")
def back_in(account_id: uuid.UUID) -> AnyResponse:
    """End somebody's pause, or take back that her duty was ended."""
    with transaction():
        let_back(account_id, principal().id, clock.now())
    flash(_("Teleponnya dapat berdering lagi, dan ia diberi tahu."), "success")
    return _back()


def _after_duty(account_id: uuid.UUID, now: datetime) -> AnyResponse:
    if duty_ends(account_id, now) is None:
        flash(_("Anda tidak sedang bertugas menurut jadwal."), "error")
    return _back()


def _back() -> AnyResponse:
    return leave_for(local_path(request.form.get("next")))
