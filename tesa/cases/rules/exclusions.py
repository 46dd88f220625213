"""Why a psychologist is never offered somebody. Codes only: the story behind it belongs into a note, or nowhere."""

from __future__ import annotations

from enum import StrEnum


class ExclusionReason(StrEnum):
    """Her wish; a conflict of interest (kin, neighbour, the other side's helper); the psychologist's own wish."""

    WISH = "wish"
    CONFLICT = "conflict"
    OWN_WISH = "own_wish"
