"""Keys are pressed into a third party's line, for its voice menu.

Twilio cannot send tones to somebody who is in a conference: her line is led to a document that plays them, and back.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.core.errors import RuleBroken
from tesa.intake.actions.log_event import log_event
from tesa.intake.rules.talk import LegKind, LegState, dialable
from tesa.intake.talk_models import TalkLeg
from tesa.telephony.outbox import enqueue

PRESS_DIGITS = "intake.press_digits"


def press_digits(leg: TalkLeg, digits: str, by: uuid.UUID, now: datetime) -> None:
    """Press `digits` (0-9, *, #) into the line of `leg`. Raises RuleBroken when it is no third party who is there."""
    if leg.kind != LegKind.THIRD or leg.state != LegState.JOINED:
        raise RuleBroken(_("Pihak ini belum tersambung."))
    if not dialable(digits):
        raise RuleBroken(_("Tombol hanya angka, bintang, dan pagar, paling banyak 20."))
    leg.digits = digits
    enqueue(PRESS_DIGITS, leg.id, now)
    log_event(leg.contact_id, "keys_pressed", now, by, detail=leg.short_name)
