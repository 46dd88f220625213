"""The life of a case: its statuses, the steps between them, and why one may be closed.

Statuses are set by acts, never typed in. The whole way stands here, so that later acts find their step; a step that is
not in the table does not exist.
"""

from __future__ import annotations

from enum import StrEnum


class CaseStatus(StrEnum):
    """Where a case stands."""

    INTAKE = "intake"
    SCREENED = "screened"  # a person judged the risk
    OPEN = "open"  # consent given, assessment under way
    PLANNED = "planned"
    ACTIVE = "active"
    MONITORING = "monitoring"
    CLOSURE_REQUESTED = "closure_requested"
    CLOSED = "closed"
    REOPENED = "reopened"  # she came back; to be screened again


class Step(StrEnum):
    """What moves a case."""

    SCREEN = "screen"
    BEGIN = "begin"
    PLAN = "plan"
    START = "start"
    MONITOR = "monitor"
    ASK_CLOSURE = "ask_closure"
    CLOSE = "close"
    REOPEN = "reopen"


class ClosureReason(StrEnum):
    """Why a case is closed."""

    GOALS_MET = "goals_met"
    CLIENTS_REQUEST = "clients_request"
    MOVED = "moved"
    LOST_CONTACT = "lost_contact"
    DIED = "died"
    DUPLICATE = "duplicate"
    REFERRED = "referred"
    NOT_IN_MANDATE = "not_in_mandate"
    INFORMATION_ONLY = "information_only"
    DECLINED = "declined"


UNDER_WAY = tuple(s for s in CaseStatus if s is not CaseStatus.CLOSED)

_ALONG = {
    (CaseStatus.INTAKE, Step.SCREEN): CaseStatus.SCREENED,
    (CaseStatus.REOPENED, Step.SCREEN): CaseStatus.SCREENED,
    (CaseStatus.SCREENED, Step.BEGIN): CaseStatus.OPEN,
    (CaseStatus.OPEN, Step.PLAN): CaseStatus.PLANNED,
    (CaseStatus.PLANNED, Step.START): CaseStatus.ACTIVE,
    (CaseStatus.ACTIVE, Step.MONITOR): CaseStatus.MONITORING,
    (CaseStatus.MONITORING, Step.ASK_CLOSURE): CaseStatus.CLOSURE_REQUESTED,
    (CaseStatus.CLOSED, Step.REOPEN): CaseStatus.REOPENED,
}
# Risk may be judged again at any time; the case then stays where it is.
_SCREENED_AGAIN = {
    (status, Step.SCREEN): status for status in UNDER_WAY if status not in (CaseStatus.INTAKE, CaseStatus.REOPENED)
}
_CLOSED = {(status, Step.CLOSE): CaseStatus.CLOSED for status in UNDER_WAY}

TRANSITIONS: dict[tuple[CaseStatus, Step], CaseStatus] = _ALONG | _SCREENED_AGAIN | _CLOSED
"""The status after a step, by the status before it."""


def after(status: CaseStatus | str, step: Step) -> CaseStatus | None:
    """Where `step` leads from `status`; None when there is no such step."""
    return TRANSITIONS.get((CaseStatus(status), step))


def comes_back(reason: ClosureReason | str | None) -> bool:
    """Is a case closed for `reason` taken up again when the person returns? A duplicate is not: the other one is."""
    return reason != ClosureReason.DUPLICATE
