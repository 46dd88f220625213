"""The check beside the chain: does everything sealed still open, and is it what the trail says was written?"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Mapper

from tesa.accounts.audit.entries import sealed_hash
from tesa.core.db import db
from tesa.core.vault import SealedColumn, Shredded, Unopenable, sealed_columns, vault
from tesa.core.vault.keystore import DatabaseKeyStore
from tesa.core.vault.records import key_id_of

NOTES = "note_text.body_sealed"
WRITING = frozenset({"note.write", "note.edit"})
"""Acts whose entries carry the hash of the ciphertext of a note that was written (detail `text`)."""
SHREDDING = frozenset({"case.shred", "key.shredded"})
"""Acts after which what was written may be gone."""


@dataclass(frozen=True)
class Fault:
    """A value that does not open (`closed`), or is not what the trail says was written (`other`, `missing`)."""

    column: str
    row: str
    reason: str


@dataclass(frozen=True)
class Written:
    """A note that the trail says was written: the hash of its ciphertext, when, and about which case."""

    hash: str
    at: datetime
    case_id: uuid.UUID | None


@dataclass
class SealedCheck:
    """Remembers what the trail says was written (`look`), then opens every sealed value (`result`)."""

    opened: int = 0
    shredded: int = 0
    _written: dict[tuple[uuid.UUID, int], Written] = field(default_factory=dict)
    _shredded: set[uuid.UUID] = field(default_factory=set)

    def look(self, entry: Any) -> None:
        """An entry of the chain that fits."""
        if entry.act in SHREDDING:
            self._shredded.update(i for i in (entry.case_id, entry.object_id) if i is not None)
        elif entry.act in WRITING and entry.object_id is not None:
            said = json.loads(entry.details)
            if isinstance(said.get("text"), str) and isinstance(said.get("revision"), int):
                self._written[entry.object_id, said["revision"]] = Written(said["text"], entry.at, entry.case_id)

    def result(self) -> list[Fault]:
        """Every fault there is. Opens all that is sealed, a thousand rows at a time. Raises KeysAway."""
        faults = [fault for column in sealed_columns() for fault in self._column(column)]
        gone = (place for place, written in self._written.items() if written.case_id not in self._shredded)
        return faults + [Fault(NOTES, f"{note}/{revision}", "missing") for note, revision in gone]

    def _column(self, column: SealedColumn) -> Iterator[Fault]:
        mapper: Mapper[Any] = inspect(column.model)
        query = select(column.model).order_by(*mapper.primary_key).execution_options(yield_per=1000)
        for row in db.session.scalars(query):
            blob = getattr(row, column.column)
            if blob is not None:
                other = self._as_written(column, row, blob)
                reason = self._opens(column, row, blob) or other
                if reason:
                    yield Fault(
                        column.name, "/".join(str(part) for part in mapper.primary_key_from_instance(row)), reason
                    )
            db.session.expunge(row)

    def _opens(self, column: SealedColumn, row: Any, blob: bytes) -> str | None:
        try:
            vault.unseal(column.field(row), blob)
        except Shredded:
            self.shredded += 1
            return None
        except Unopenable:
            return "closed"
        self.opened += 1
        return None

    def _as_written(self, column: SealedColumn, row: Any, blob: bytes) -> str | None:
        """Is the text of a note the one that the trail says was written?

        Sealed anew under a key that was made later (`tesa keys rotate`), its ciphertext is another one.
        """
        if column.name != NOTES:
            return None
        written = self._written.pop((row.note_id, row.revision), None)
        if written is None or written.hash == sealed_hash(blob):
            return None
        key = DatabaseKeyStore().data_key(uuid.UUID(bytes=key_id_of(blob)))
        return None if key is not None and key.created_at > written.at else "other"
