"""A participant rings, is there, has left: the row only ever goes forward."""

from __future__ import annotations

from datetime import datetime

from tesa.intake.rules.talk import OVER, LegState, goes_forward
from tesa.intake.talk_models import TalkLeg


def move_leg(leg: TalkLeg, state: LegState, now: datetime, by: str | None = None) -> bool:
    """Let `leg` (its contact locked) become `state`; is that news? A late or second report changes nothing.

    `by`: who or what ended it: self, staff, end, or Twilio's word for a failure.
    """
    if not goes_forward(leg.state, state):
        return False
    leg.state = state
    if state == LegState.JOINED:
        leg.joined_at = now
    if state in OVER:
        leg.left_at, leg.left_by, leg.stepped_out_at = now, by, None
    return True
