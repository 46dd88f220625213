"""A coordinator who takes part: she listens, whispers to the psychologist, or speaks with everybody."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from tesa.core.errors import RuleBroken
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.shape_leg import shape_client, shape_leg
from tesa.intake.rules.talk import LegKind, LegState
from tesa.intake.talk_models import TalkLeg

WAYS = {"listens": (True, False), "whispers": (False, True), "speaks": (False, False)}  # muted, heard by one alone


def change_listening(leg: TalkLeg, way: str, now: datetime) -> None:
    """Let the coordinator of `leg` (its contact locked) take part in another way: listens, whispers or speaks.

    What it is stands on the psychologist's page and in the record. Raises RuleBroken before she has joined.
    """
    if leg.kind != LegKind.SUPERVISOR or leg.state != LegState.JOINED or way not in WAYS:
        raise RuleBroken(_("Anda belum ikut dalam percakapan ini."))
    if (leg.muted, leg.coaching) == WAYS[way]:
        return
    leg.muted, leg.coaching = WAYS[way]
    shape_leg(leg, now)
    shape_client(leg.contact_id, now)
    log_event(leg.contact_id, f"coordinator_{way}", now, leg.account_id)
