"""The words of an offer: to whom, by what way it was answered, how it ended, how its telephone call ended."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """As what somebody is asked."""

    WORKER = "worker"
    COORDINATOR = "coordinator"


class Outcome(StrEnum):
    """How an offer ended."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    MISSED = "missed"  # not answered in its time; a late yes still counts while nobody else has said it
    SUPERSEDED = "superseded"  # somebody else has it, or nobody is needed any more


class Via(StrEnum):
    """By what way an offer was answered."""

    KEY = "key"
    KEYWORD = "keyword"
    PAGE = "page"


LEG_IS_OVER = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
"""Twilio's final states of a call."""
NEVER_RANG = frozenset({"busy", "failed"})
"""Those after which waiting for her answer costs an emergency time for nothing."""
