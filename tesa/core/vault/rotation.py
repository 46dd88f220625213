"""Rotation of keys while TeSA runs: in small steps, each a transaction of its own, that anybody may go on with.

A rotation is a row (`key_rotation`). `begin` puts the new key beside the old one, so that what is written from then on
takes it; `advance` does one step of making the old rows anew. A process that is killed leaves every row either as it
was or made anew, and the row of the rotation says where to go on; two that advance at once do no harm.

Other processes remember keys for a minute, so after the first pass comes another one, SETTLES later, for what they
have written meanwhile. Rows that somebody holds are left out and come in the next pass: nobody waits for a rotation,
and a rotation waits for nobody. Once a pass has met none of them, the rotation is finished, and `retirement.py` may
destroy the old key.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import current_app
from sqlalchemy import Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from tesa.core import failpoints
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.core.vault.keystore import DatabaseKeyStore
from tesa.core.vault.live_key_file import key_file_of
from tesa.core.vault.models import KeyRotation
from tesa.core.vault.purposes import SETTLES
from tesa.core.vault.rotation_needs import needs
from tesa.core.vault.rotation_units import Rotation, Unit, rewrap_purpose_keys, units_of
from tesa.core.vault.vault import vault

log = logging.getLogger(__name__)
ROTATION = cast(Table, KeyRotation.__table__)
KINDS = ("kek", "intake", "index", "data")
PURPOSE = {"index": "blind-index", "intake": "intake"}
PAGE, BATCH = 500, 25  # rows looked at in one query, rows made anew in one transaction
Note = Callable[[str, Rotation, datetime], None]


@dataclass(frozen=True)
class Step:
    """What one step has done: rows made anew, rows that somebody held, and, when it is too early to go on, until when."""

    turned: int = 0
    missed: int = 0
    wait_until: datetime | None = None
    finished: bool = False


def latest(kind: str) -> Rotation | None:
    """The last rotation of this kind, finished or not."""
    last = (
        select(ROTATION).where(ROTATION.c.kind == kind).order_by(ROTATION.c.started_at.desc(), ROTATION.c.id).limit(1)
    )
    row = db.session.execute(last).mappings().one_or_none()
    return None if row is None else Rotation(**row)


def under_way(kind: str) -> Rotation | None:
    """The rotation of this kind that is not finished."""
    row = db.session.execute(select(ROTATION).where(ROTATION.c.kind == kind, ROTATION.c.finished_at.is_(None)))
    found = row.mappings().one_or_none()
    return None if found is None else Rotation(**found)


def begin(kind: str, now: datetime) -> tuple[Rotation, bool]:
    """Go on with the rotation of this kind that is under way, or begin one; and whether it is new.

    One that was finished is taken up again while rows need what it replaced. Opens transactions. Raises KeysAway.
    """
    last = latest(kind)
    if last is not None and last.finished_at is not None and last.retired_at is None and needs(last):
        with transaction():
            change(last, finished_at=None, pass_began_at=None, unit=None, after=None, missed=0)
    fresh = under_way(kind) is None and _inserted(kind, now)
    failpoints.reach("key-rotation-begun")
    rotation = _open(kind)
    if rotation.target is None:
        _put_beside(rotation, now)
        rotation = _open(kind)
    return rotation, fresh


def _open(kind: str) -> Rotation:
    rotation = under_way(kind)
    if rotation is None:
        raise RuntimeError(
            f"another process has finished the rotation of {kind} at this very moment; look at the status"
        )
    return rotation


def _inserted(kind: str, now: datetime) -> bool:
    row = {"id": new_id(), "kind": kind, "source": _in_use(kind), "started_at": now, "turned": 0, "missed": 0}
    try:
        with transaction():
            db.session.execute(insert(ROTATION), row)
    except IntegrityError:
        log.info("another process has begun the rotation of %s", kind)
        return False
    return True


def _in_use(kind: str) -> str:
    if kind == "kek":
        return vault.provider.key_id
    return str(_newest_version(PURPOSE[kind])) if kind in PURPOSE else ""


def _newest_version(name: str) -> int:
    row = DatabaseKeyStore().purpose_key(name)
    if row is None:
        raise RuntimeError(f"there is no {name} key")
    return row.version


def _put_beside(rotation: Rotation, now: datetime) -> None:
    """Make the new key. Whoever was killed in here finds, by `source`, whether it exists already."""
    if rotation.kind == "kek":
        file = key_file_of(vault.provider)
        if file is not None and file.key_id == rotation.source:
            file.add_key()
    with transaction():
        if not _still(rotation):
            return
        ready_at = None
        if rotation.kind in PURPOSE:
            name = PURPOSE[rotation.kind]
            if str(_newest_version(name)) == rotation.source:
                vault.add_purpose_version(name)
        if rotation.kind == "index":
            ready_at = now + 2 * SETTLES  # until then some still write the old version
        change(rotation, target=_in_use(rotation.kind), ready_at=ready_at)
        note("keys.rotated", rotation, now)
    vault.forget()  # this process, at least, uses the new key at once


def advance(kind: str, now: datetime) -> Step:
    """One step of the rotation of this kind. Opens transactions. Raises KeysAway."""
    rotation = under_way(kind)
    if rotation is None:
        return Step(finished=True)
    if rotation.target is None:
        return Step(wait_until=now + SETTLES)  # whoever began it makes the key
    if rotation.pass_began_at is None:
        return _begin_pass(rotation, now)
    units = units_of(rotation)
    unit = next((u for u in units if u.name == rotation.unit), None)
    if unit is None:  # the list of columns has changed meanwhile
        return _moved(rotation, units[0].name)
    due, last = unit.page(rotation, rotation.after, PAGE)
    if last is None:
        following = units[units.index(unit) + 1 :]
        return _moved(rotation, following[0].name) if following else _end_pass(rotation, now)
    turned = missed = 0
    for start in range(0, len(due), BATCH):
        done, held = _turn(rotation, unit, due[start : start + BATCH], now)
        turned, missed = turned + done, missed + held
    with transaction():
        if _still(rotation):
            change(rotation, after=last, turned=rotation.turned + turned, missed=rotation.missed + missed)
    return Step(turned, missed)


def _begin_pass(rotation: Rotation, now: datetime) -> Step:
    if rotation.ready_at is not None and now < rotation.ready_at:
        return Step(wait_until=rotation.ready_at)
    turned = rewrap_purpose_keys() if rotation.kind == "kek" else 0
    with transaction():
        if _still(rotation):
            first = units_of(rotation)[0].name
            turned_so_far = rotation.turned + turned
            change(rotation, pass_began_at=now, unit=first, after=None, missed=0, turned=turned_so_far)
    return Step(turned)


def _moved(rotation: Rotation, unit: str) -> Step:
    with transaction():
        if _still(rotation):
            change(rotation, unit=unit, after=None)
    return Step()


def _turn(rotation: Rotation, unit: Unit, ids: Sequence[object], now: datetime) -> tuple[int, int]:
    """One batch: rows made anew, and rows that somebody else held."""
    with transaction():
        done = unit.turn(rotation, ids, now)
        failpoints.reach("key-batch-before-commit")
    unit.settled()
    failpoints.reach("key-batch-after-commit")
    return done


def _end_pass(rotation: Rotation, now: datetime) -> Step:
    began = cast(datetime, rotation.pass_began_at)
    last = rotation.ready_at is not None and began >= rotation.ready_at and not rotation.missed
    with transaction():
        if _still(rotation):
            again = {"pass_began_at": None, "unit": None, "after": None}
            if last:
                change(rotation, finished_at=now)
                note("keys.rotation_finished", rotation, now)
            else:
                change(rotation, **again, ready_at=rotation.ready_at or now + SETTLES)
    return Step(finished=last)


def _still(rotation: Rotation) -> bool:
    """Is it where we saw it? Its row is ours until the transaction ends."""
    row = db.session.execute(select(ROTATION).where(ROTATION.c.id == rotation.id).with_for_update()).mappings().one()
    there = Rotation(**row)
    place = (rotation.unit, rotation.after, rotation.pass_began_at, rotation.finished_at, rotation.target)
    return (there.unit, there.after, there.pass_began_at, there.finished_at, there.target) == place


def change(rotation: Rotation, **values: object) -> None:
    """Change its row, in the caller's transaction."""
    db.session.execute(update(ROTATION).where(ROTATION.c.id == rotation.id).values(**values))


def note(act: str, rotation: Rotation, now: datetime) -> None:
    """Tell the audit trail, which this floor does not know."""
    tell: Note | None = current_app.extensions.get("tesa_note_key_event")
    if tell is not None:
        tell(act, rotation, now)
