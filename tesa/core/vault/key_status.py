"""What `tesa keys status` says: which versions there are, how many rows need each, and what to do next. No secrets."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from tesa.core.db import db
from tesa.core.vault.errors import KeysAway
from tesa.core.vault.keystore import DATA_KEY, PURPOSE_KEY
from tesa.core.vault.live_key_file import key_file_of
from tesa.core.vault.rotation import KINDS, latest
from tesa.core.vault.rotation_needs import needs
from tesa.core.vault.rotation_units import Rotation
from tesa.core.vault.sealed import sealed_columns
from tesa.core.vault.vault import INDEX_BITS, vault
from tesa.core.vault.wraps import INTAKE, KEK


@dataclass(frozen=True)
class KeyState:
    """One kind of key. `rows`: how many rows need which version. `due`: there is something to do, `next` says what."""

    kind: str
    current: str
    rows: dict[str, int]
    state: str
    due: bool
    next: str
    turned: int = 0
    ready_at: str | None = None
    needed_by: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def key_states(now: datetime) -> list[KeyState]:
    """The state of every kind of key. Reads the first bytes of every sealed row while old data keys exist."""
    return [*(_state(kind, now) for kind in KINDS), *_unrotated()]


def _state(kind: str, now: datetime) -> KeyState:
    rotation = latest(kind)
    current, rows = {"kek": _kek, "intake": _intake, "index": _index, "data": _data}[kind]()
    if rotation is None or rotation.retired_at is not None:
        return KeyState(kind, current, rows, "at rest", False, "-")
    if rotation.finished_at is not None:
        return _replaced(kind, current, rows, rotation)
    waits = rotation.pass_began_at is None and rotation.ready_at is not None and now < rotation.ready_at
    ready = None if rotation.ready_at is None else rotation.ready_at.isoformat(timespec="seconds")
    hint = f"worker melanjutkan / the worker goes on; atau / or: tesa keys rotate {kind} --wait"
    state = "settling" if waits else "rotating"
    return KeyState(kind, current, rows, state, True, hint, rotation.turned, ready)


def _replaced(kind: str, current: str, rows: dict[str, int], rotation: Rotation) -> KeyState:
    needed = needs(rotation)
    what = f"tesa keys rotate {kind}" if needed else f"tesa keys retire {kind}"
    state = "needed" if needed else "replaced"
    return KeyState(kind, current, rows, state, True, what, rotation.turned, needed_by=needed)


def _kek() -> tuple[str, dict[str, int]]:
    try:
        current = vault.provider.key_id
    except KeysAway:
        current = "?"
    file = key_file_of(vault.provider)
    rows = dict.fromkeys(file.key_ids if file else (), 0)
    wrapped = select(DATA_KEY.c.wrapped_under, func.count()).where(
        DATA_KEY.c.wrap_kind == KEK, DATA_KEY.c.shredded_at.is_(None)
    )
    purposes = select(PURPOSE_KEY.c.kek_id, func.count()).where(func.length(PURPOSE_KEY.c.wrapped) > 0)
    for query, name in ((wrapped, DATA_KEY.c.wrapped_under), (purposes, PURPOSE_KEY.c.kek_id)):
        for key_id, count in db.session.execute(query.group_by(name)).all():
            rows[key_id] = rows.get(key_id, 0) + count
    return current, dict(sorted(rows.items()))


def _intake() -> tuple[str, dict[str, int]]:
    wrapped = select(DATA_KEY.c.wrapped_under, func.count()).where(
        DATA_KEY.c.wrap_kind == INTAKE, DATA_KEY.c.shredded_at.is_(None)
    )
    found = db.session.execute(wrapped.group_by(DATA_KEY.c.wrapped_under)).all()
    counts = {under: count for under, count in found}  # noqa: C416  (rows are no pairs to mypy)
    return f"intake-{_newest('intake')}", {f"intake-{version}": 0 for version in _versions("intake")} | counts


def _index() -> tuple[str, dict[str, int]]:
    rows = {f"v{version}": 0 for version in _versions("blind-index")}
    for column in sealed_columns():
        if column.index is not None:
            stored = getattr(column.model, column.index.column)
            version = (stored // (1 << INDEX_BITS)).label("version")
            for number, count in db.session.execute(
                select(version, func.count()).where(stored.is_not(None)).group_by(version)
            ).all():
                rows[f"v{number}"] = rows.get(f"v{number}", 0) + count
    return f"v{_newest('blind-index')}", rows


def _data() -> tuple[str, dict[str, int]]:
    """Every owner has keys of her own: how many live keys there are of each version."""
    live = select(DATA_KEY.c.version, func.count()).where(DATA_KEY.c.shredded_at.is_(None))
    rows = {f"v{version}": count for version, count in db.session.execute(live.group_by(DATA_KEY.c.version)).all()}
    return "", dict(sorted(rows.items()))


def _unrotated() -> list[KeyState]:
    day = "bergerak sendiri setiap hari / moves on by itself every day"
    never = "tidak dirotasi: semua kata sandi harus dibuat baru / never rotated: every password would have to be new"
    return [
        KeyState("audit", f"v{_newest('audit-day')}" if _newest("audit-day") is not None else "", {}, day, False, "-"),
        KeyState("pepper", f"v{_newest('pepper')}", {}, never, False, "-"),
    ]


def _versions(name: str) -> list[int]:
    live = select(PURPOSE_KEY.c.version).where(PURPOSE_KEY.c.name == name, PURPOSE_KEY.c.retired_at.is_(None))
    return list(db.session.scalars(live.order_by(PURPOSE_KEY.c.version)))


def _newest(name: str) -> int | None:
    versions = _versions(name)
    return versions[-1] if versions else None
