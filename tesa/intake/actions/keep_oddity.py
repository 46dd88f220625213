"""Keep a signed but odd request aside, sealed, so that nothing is lost and somebody can look at it."""

from __future__ import annotations

from datetime import datetime

from tesa.core.db import db, new_id
from tesa.intake import sealing
from tesa.intake.models import Oddity


def keep_oddity(kind: str, oddities: tuple[str, ...], form: dict[str, list[str]], now: datetime) -> None:
    """Keep `form` (all its values); `oddities` says in codes what was odd."""
    oddity_id = new_id()
    db.session.add(
        Oddity(
            id=oddity_id, at=now, kind=kind, what=" ".join(oddities)[:200],
            form_sealed=sealing.seal_oddity(oddity_id, form),
        )
    )  # fmt: skip
