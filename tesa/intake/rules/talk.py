"""Who is in a talk, and what follows from it. Pure.

A leg is one participant: the client, her psychologist, a colleague to whom the talk may be handed over, a third party
(interpreter, 112), a coordinator who listens. Its state only ever goes forward, so that reports may come late or twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class LegKind(StrEnum):
    """What somebody is in a talk."""

    CLIENT = "client"
    PSYCHOLOGIST = "psychologist"
    TRANSFER = "transfer"
    THIRD = "third"
    SUPERVISOR = "supervisor"


class LegState(StrEnum):
    """How far a participant has come."""

    ASKED = "asked"
    RINGING = "ringing"
    JOINED = "joined"
    LEFT = "left"
    FAILED = "failed"


RANK = {LegState.ASKED: 1, LegState.RINGING: 2, LegState.JOINED: 3, LegState.LEFT: 9, LegState.FAILED: 9}
OVER = frozenset({LegState.LEFT, LegState.FAILED})
SERVICES = ("112", "110", "119")  # short codes that carriers seldom dial for a line abroad: each needs a full number
INTERPRETER = "interpreter"
TALK_OFFERS = frozenset({"transfer", "join", "listen"})
"""Kinds of offers that ask somebody into a talk that goes on: hand-over, a coordinator asked to help, one who listens."""
BROWSER_COMES_BACK_WITHIN = timedelta(
    seconds=10
)  # a page that is loaded anew rejoins; until then the client hears music
STEP_OUT_AT_MOST = timedelta(seconds=40)  # the longest that the spoken menu takes


class Leg(Protocol):
    """What these rules look at."""

    kind: str
    state: str
    on_hold: bool
    muted: bool
    coaching: bool
    stepped_out_at: datetime | None
    account_id: uuid.UUID | None
    asked_by: uuid.UUID | None


def goes_forward(before: str, after: str) -> bool:
    """May a leg in state `before` become `after`? Nothing goes back, and a final state stays."""
    return RANK[LegState(after)] > RANK[LegState(before)]


def state_of_status(status: str, answered_is_joined: bool) -> LegState | None:
    """The state that Twilio's word for a leg stands for; None when it says nothing new.

    `answered_is_joined`: the leg comes straight into the conference, without a key that accepts.
    """
    match status:
        case "queued" | "initiated" | "ringing":
            return LegState.RINGING
        case "in-progress":
            return LegState.JOINED if answered_is_joined else LegState.RINGING
        case "completed":
            return LegState.LEFT
        case "busy" | "no-answer" | "failed" | "canceled":
            return LegState.FAILED
    return None


def speaks_with_client(leg: Leg) -> bool:
    """Is this a member of staff whom the client can hear now?"""
    if leg.state != LegState.JOINED or leg.stepped_out_at is not None:
        return False
    if leg.kind == LegKind.SUPERVISOR:
        return not leg.muted and not leg.coaching
    return leg.kind in (LegKind.PSYCHOLOGIST, LegKind.TRANSFER)


def client_hears_music(legs: Iterable[Leg]) -> bool:
    """Is the client to be held: because somebody wanted it, or because nobody of us would be with her otherwise?"""
    everybody = list(legs)
    wanted = any(leg.kind == LegKind.CLIENT and leg.on_hold for leg in everybody)
    return wanted or not any(speaks_with_client(leg) for leg in everybody)


def keeps_talk(legs: Iterable[Leg]) -> bool:
    """Is a psychologist of this talk there, be it at her keys, so that the client is not left alone?"""
    return any(leg.kind == LegKind.PSYCHOLOGIST and leg.state == LegState.JOINED for leg in legs)


def listens_by_duty(leg: Leg) -> bool:
    """Is this a coordinator who came of her own accord, and not because the psychologist asked for one?"""
    return leg.kind == LegKind.SUPERVISOR and leg.asked_by is not None and leg.asked_by == leg.account_id


def way_of_listening(leg: Leg) -> str:
    """How a coordinator takes part: listens, whispers to the psychologist, or speaks with everybody."""
    if leg.coaching:
        return "whispers"
    return "listens" if leg.muted else "speaks"


def dialable(digits: str) -> bool:
    """May these keys be pressed into a third party's line?"""
    return 0 < len(digits) <= 20 and all(d in "0123456789*#" for d in digits)
