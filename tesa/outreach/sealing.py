"""The three sealed texts of a dispatch. The data key's owner is the dispatch; its class is `dispatch`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from tesa.core.vault import Field, vault
from tesa.outreach.models import Dispatch


@dataclass(frozen=True)
class Words:
    """Where to go, what is known, and what to beware of. Each may be empty."""

    place: str = field(default="", repr=False)
    known: str = field(default="", repr=False)
    safety: str = field(default="", repr=False)


def _field(column: str, dispatch_id: uuid.UUID, revision: int) -> Field:
    return Field("dispatch", column, dispatch_id, owner=dispatch_id, klass="dispatch", revision=revision)


def seal_words(dispatch: Dispatch, words: Words) -> None:
    """Put `words` into the row, sealed for its present revision."""
    dispatch.place_sealed = vault.seal(_field("place", dispatch.id, dispatch.revision), words.place)
    dispatch.known_sealed = vault.seal(_field("known", dispatch.id, dispatch.revision), words.known)
    dispatch.safety_sealed = vault.seal(_field("safety", dispatch.id, dispatch.revision), words.safety)


def unseal_words(dispatch: Dispatch) -> Words:
    """The texts of the row. Whoever shows them to a person writes an audit entry first."""
    return Words(
        place=vault.unseal(_field("place", dispatch.id, dispatch.revision), dispatch.place_sealed) or "",
        known=vault.unseal(_field("known", dispatch.id, dispatch.revision), dispatch.known_sealed) or "",
        safety=vault.unseal(_field("safety", dispatch.id, dispatch.revision), dispatch.safety_sealed) or "",
    )
