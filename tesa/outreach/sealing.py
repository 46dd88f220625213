"""The three sealed texts of a dispatch. The data key's owner is the dispatch; its class is `dispatch`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from tesa.core.vault import Field, SealedColumn, vault
from tesa.outreach.models import Dispatch


@dataclass(frozen=True)
class Words:
    """Where to go, what is known, and what to beware of. Each may be empty."""

    place: str = field(default="", repr=False)
    known: str = field(default="", repr=False)
    safety: str = field(default="", repr=False)
    gone_at: datetime | None = None  # when they were destroyed


def _field(column: str, dispatch: Dispatch) -> Field:
    return Field("dispatch", column, dispatch.id, owner=dispatch.id, klass="dispatch", revision=dispatch.revision)


def seal_words(dispatch: Dispatch, words: Words, *, incoming: bool = False) -> None:
    """Put `words` into the row, sealed for its present revision. `incoming`: a caller's emergency, see `vault.seal`."""
    dispatch.place_sealed = vault.seal(_field("place", dispatch), words.place, incoming=incoming)
    dispatch.known_sealed = vault.seal(_field("known", dispatch), words.known, incoming=incoming)
    dispatch.safety_sealed = vault.seal(_field("safety", dispatch), words.safety, incoming=incoming)


def unseal_words(dispatch: Dispatch) -> Words:
    """The texts of the row. Whoever shows them to a person writes an audit entry first."""
    return Words(
        place=vault.unseal(_field("place", dispatch), dispatch.place_sealed) or "",
        known=vault.unseal(_field("known", dispatch), dispatch.known_sealed) or "",
        safety=vault.unseal(_field("safety", dispatch), dispatch.safety_sealed) or "",
    )


SEALED = (
    SealedColumn(Dispatch, "place_sealed", "dispatch", lambda dispatch: _field("place", dispatch)),
    SealedColumn(Dispatch, "known_sealed", "dispatch", lambda dispatch: _field("known", dispatch)),
    SealedColumn(Dispatch, "safety_sealed", "dispatch", lambda dispatch: _field("safety", dispatch)),
)
