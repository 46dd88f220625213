"""The end of an old key: it is destroyed once nothing needs it, and no process can seal anything under it any more.

The second half matters as much as the first. A process seals under what it remembers, for a minute at most; a
rotation is finished only after that (see rotation.py). What it had sealed by then may lie in a transaction that has
not ended, so transactions that are older than the rotation's last pass must be over: then, and only then, a count of
the rows that need the old key is final.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, func, select, text, update

from tesa.core import failpoints
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault.keystore import DATA_KEY, PURPOSE_KEY
from tesa.core.vault.live_key_file import key_file_of
from tesa.core.vault.rotation import PURPOSE, change, latest, note
from tesa.core.vault.rotation_needs import needs
from tesa.core.vault.rotation_units import Rotation
from tesa.core.vault.tombstones import BrokenTombstones, tombstone_file
from tesa.core.vault.vault import vault

OLDER = text(
    "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
    " and backend_type = 'client backend' and xact_start < :since"
)
DELETED_AT_ONCE = 500


class NotYet(Exception):
    """The old key may not be destroyed; the sentence says why and what to do (Indonesian / English)."""


class StillNeeded(NotYet):
    """Rows need the old key: `counts` says how many of which table."""

    def __init__(self, kind: str, counts: dict[str, int]) -> None:
        rows = ", ".join(f"{name}: {count}" for name, count in sorted(counts.items()))
        super().__init__(f"Masih diperlukan / still needed: {rows}. Jalankan / run: tesa keys rotate {kind}")
        self.counts = counts


def retire(kind: str, now: datetime) -> int:
    """Destroy what the last rotation of this kind has replaced; how many keys there were.

    Raises NotYet, StillNeeded. Killed half way it is simply run again. Opens transactions.
    """
    rotation = latest(kind)
    if rotation is None or rotation.retired_at is not None:
        raise NotYet(f"{kind}: tidak ada kunci lama / there is no old key")
    if rotation.finished_at is None:
        raise NotYet(
            f"{kind}: rotasi belum selesai; lihat `tesa keys status` / the rotation is not finished; see the status"
        )
    _writers_are_over(rotation)
    counts = needs(rotation)
    if counts:
        raise StillNeeded(kind, counts)
    destroyed = _replaced_data_keys(rotation) if kind == "data" else 0
    with transaction():
        if kind in PURPOSE:
            destroyed = _purpose_versions(rotation, now)
        if kind == "kek":
            destroyed = _from_the_file()
        change(rotation, retired_at=now)
        note("keys.retired", rotation, now)
        failpoints.reach("key-retire-before-commit")
    vault.forget()
    failpoints.reach("key-retire-after-commit")
    return destroyed


def _writers_are_over(rotation: Rotation) -> None:
    """On SQLite they are: one writes at a time, and `retire` is about to."""
    if db.engine.dialect.name != "postgresql":
        return
    since = rotation.pass_began_at or rotation.finished_at
    older = db.session.scalar(OLDER, {"since": since})
    db.session.rollback()
    if older:
        raise NotYet(
            f"{older} transaksi lama masih berjalan; coba lagi sebentar lagi / "
            f"{older} old transactions are still running; try again in a moment"
        )


def _from_the_file() -> int:
    """Take the old keys out of the key file. A key service keeps its own; there is nothing to do here.

    The file of tombstones has a secret of its own, which the remaining key must open too.
    """
    try:
        tombstone_file().prepare()
    except BrokenTombstones as broken:
        raise NotYet(str(broken)) from broken
    file = key_file_of(vault.provider)
    return 0 if file is None else len(file.remove_keys(file.key_ids))


def _purpose_versions(rotation: Rotation, now: datetime) -> int:
    old = (PURPOSE_KEY.c.name == PURPOSE[rotation.kind]) & (PURPOSE_KEY.c.version < int(rotation.target or 0))
    gone = update(PURPOSE_KEY).where(old, PURPOSE_KEY.c.retired_at.is_(None))
    done = db.session.execute(gone.values(retired_at=now, wrapped=b"", public=None))
    return done.rowcount  # type: ignore[attr-defined, no-any-return]


def _replaced_data_keys(rotation: Rotation) -> int:
    """Delete the data keys from before the rotation whose place another one has taken: no row names them.

    An owner's only key stays, used or not; so does a shredded one, whose row says that it was destroyed, and when.
    """
    newer = DATA_KEY.alias("newer")
    made = func.coalesce(DATA_KEY.c.renewed_at, DATA_KEY.c.created_at)
    same_owner = (newer.c.owner == DATA_KEY.c.owner) & (newer.c.klass == DATA_KEY.c.klass)
    took_over = (newer.c.version > DATA_KEY.c.version) & newer.c.shredded_at.is_(None)
    replaced = exists(select(newer.c.id).where(same_owner, took_over, newer.c.renewed_at >= rotation.started_at))
    old = select(DATA_KEY.c.id).where(made < rotation.started_at, DATA_KEY.c.shredded_at.is_(None), replaced)
    destroyed = 0
    while batch := db.session.scalars(old.limit(DELETED_AT_ONCE)).all():
        with transaction():
            db.session.execute(delete(DATA_KEY).where(DATA_KEY.c.id.in_(batch), DATA_KEY.c.shredded_at.is_(None)))
            failpoints.reach("key-batch-before-commit")
        failpoints.reach("key-batch-after-commit")
        destroyed += len(batch)
    return destroyed
