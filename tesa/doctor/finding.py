"""One line of the report of `tesa doctor`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`fit` None: it cannot be seen from here, and the sentence says what somebody has to look at."""

    name: str
    fit: bool | None
    sentence: str


def found(name: str, fit: bool, well: str, ill: str) -> Finding:
    """A line that says `well` when it is fit, else `ill` (what is wrong, and what to do)."""
    return Finding(name, fit, well if fit else ill)
