"""What the worker does for keys: it goes on with rotations that somebody has begun."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from tesa.core.db import db
from tesa.core.vault.errors import KeysAway
from tesa.core.vault.rotation import KINDS, advance, under_way

log = logging.getLogger(__name__)


def go_on_with_rotations(now: datetime) -> datetime | None:
    """One step of each rotation that is under way. A tick has other things to do as well, so it is one step only."""
    for kind in KINDS:
        rotation = under_way(kind)
        db.session.rollback()
        if rotation is None:
            continue
        try:
            advance(kind, now)
        except KeysAway as away:
            log.warning("the rotation of %s waits: %s", kind, away)
    return None


JOBS: tuple[tuple[str, Callable[[datetime], datetime | None]], ...] = (("keys.rotation", go_on_with_rotations),)
