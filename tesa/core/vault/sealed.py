"""Where sealed values lie: each slice names its sealed columns once, and how a row's ciphertext is bound.

From this list data keys are rotated, blind indexes made anew, and it is checked that every row still opens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app

from tesa.core.vault.records import Field


@dataclass(frozen=True)
class BlindIndex:
    """An index column beside a sealed one. `text` gives the normalised value to index, or None for no index."""

    column: str
    kind: str
    text: Callable[[str], str | None]


@dataclass(frozen=True)
class SealedColumn:
    """One sealed column. `field(row)` says where a row's ciphertext is bound; `row` is the mapped object."""

    model: type[Any]
    column: str  # the attribute that holds the ciphertext; NULL where nothing has been sealed
    klass: str
    field: Callable[[Any], Field]
    index: BlindIndex | None = None

    @property
    def name(self) -> str:
        """Table and column, as the data dictionary names them."""
        return f"{self.model.__tablename__}.{self.column}"


def sealed_columns() -> tuple[SealedColumn, ...]:
    """All sealed columns of the present application, as its composition listed them."""
    return cast(tuple[SealedColumn, ...], current_app.extensions["tesa_sealed"])
