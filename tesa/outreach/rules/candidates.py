"""Which outreach workers are asked next, best first."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from tesa.outreach.rules.priorities import Priority

RINGS_OFF_SHIFT = frozenset({Priority.P1, Priority.P2})


@dataclass(frozen=True)
class Worker:
    """An active outreach worker who can be rung. `tier` is None off shift; `open_work` counts her dispatches under way."""

    id: uuid.UUID
    tier: int | None
    woman: bool
    kecamatan: str | None
    open_work: int

    @property
    def on_shift(self) -> bool:
        """Does the rota say that she works now?"""
        return self.tier is not None


@dataclass(frozen=True)
class Need:
    """What the dispatch asks for. `asked` were asked already, or have said no."""

    priority: Priority
    kecamatan: str | None
    wish_woman: bool
    asked: frozenset[uuid.UUID]


@dataclass(frozen=True)
class Choice:
    """Who is asked now; `coordinators`: nobody on shift was left, so they must know at once."""

    workers: tuple[uuid.UUID, ...]
    coordinators: bool


def choose(workers: Iterable[Worker], need: Need, count: int) -> Choice:
    """The `count` best workers not asked yet.

    On shift before off shift, free before out on another task, then tier, same kecamatan, wished-for woman, less open
    work, id. People off shift are asked for P1 and P2 when those on shift do not suffice, for P3 and P4 only when
    nobody is on shift at all.
    """
    if count <= 0:
        return Choice((), coordinators=False)
    everybody = list(workers)
    off_shift_too = need.priority in RINGS_OFF_SHIFT or not any(w.on_shift for w in everybody)
    fit = [w for w in everybody if w.id not in need.asked and (w.on_shift or off_shift_too)]
    best = sorted(fit, key=lambda worker: _order(worker, need))[:count]
    return Choice(tuple(w.id for w in best), coordinators=not any(w.on_shift for w in best))


def _order(worker: Worker, need: Need) -> tuple[bool, bool, int, bool, bool, int, str]:
    return (
        not worker.on_shift,
        worker.open_work > 0,
        worker.tier or 0,
        need.kecamatan is None or worker.kecamatan != need.kecamatan,
        need.wish_woman and not worker.woman,
        worker.open_work,
        str(worker.id),
    )
