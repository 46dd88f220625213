"""Whatever breaks behind a caller's request, she reaches a human."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps

from flask import Response

from tesa.core import clock
from tesa.core.db import db
from tesa.intake.actions.last_resort import last_resort, without_database
from tesa.telephony import twiml
from tesa.telephony.plans import Plan

log = logging.getLogger(__name__)


def or_last_resort(view: Callable[..., Response]) -> Callable[..., Response]:
    """Whatever breaks behind a caller's request, she reaches a human: those on duty, or with no database the coordinators."""

    @wraps(view)
    def guarded(*args: object, **kwargs: object) -> Response:
        try:
            return view(*args, **kwargs)
        except Exception:
            log.exception("a voice request could not be served; the caller is led to the duty phones")
            return twiml.response(_human())

    return guarded


def _human() -> Plan:
    try:
        db.session.rollback()
        return last_resort(clock.now())
    except Exception:
        log.exception("the duty phones could not be read; the coordinators' numbers are rung")
        return without_database()
