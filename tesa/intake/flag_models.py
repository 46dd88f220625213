"""The table of flags on numbers. It neither queries nor commits."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from tesa.core.db import Model, new_id

IN_FORCE = text("lifted_at is null")


class NumberFlag(Model):
    """One flag on one number, [since, until) unless it is lifted before. A suggestion nobody has decided is set by none."""

    __tablename__ = "number_flag"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    number_sealed: Mapped[bytes]
    number_index: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(20))
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("contact.id"))  # the contact from which it was set
    set_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))  # None: the rule suggested it
    since: Mapped[datetime]
    until: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (
        CheckConstraint("kind in ('suggested', 'nuisance', 'abusive', 'blocked')", name="kind"),
        CheckConstraint("until > since", name="ends"),
        Index("ix_number_flag_number_index", "number_index", sqlite_where=IN_FORCE, postgresql_where=IN_FORCE),
        Index("ix_number_flag_until", "until"),
    )
