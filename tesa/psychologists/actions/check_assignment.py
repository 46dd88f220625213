"""What every assignment has to pass, whoever makes it. The database refuses double duty once more, whatever happens."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from tesa.accounts.public import member
from tesa.core.db import db
from tesa.core.errors import Conflict, NotFound, RuleBroken
from tesa.psychologists import labels, queries
from tesa.psychologists.models import DOUBLE_DUTY
from tesa.psychologists.rules.rota import role_flaw, time_flaw


def check_assignment(
    account_id: uuid.UUID,
    line: str,
    tier: int,
    starts_at: datetime,
    ends_at: datetime,
    besides: uuid.UUID | None = None,
) -> None:
    """Raise RuleBroken with a sentence unless this person may have this duty; NotFound for nobody active.

    `besides` is an assignment that gives way, so it does not count as another duty.
    """
    person = member(account_id)
    if person is None or not person.active:
        raise NotFound(_("Orang ini tidak aktif."))
    flaw = time_flaw(starts_at, ends_at) or role_flaw(line, tier, person.roles)
    if flaw is not None:
        raise RuleBroken(labels.flaw_sentence(flaw))
    for other in queries.shifts(starts_at, ends_at, [account_id]):
        if other.id != besides:
            raise RuleBroken(labels.double_duty(other.starts_at, other.ends_at))


def flush_assignments() -> None:
    """Send what was added to the database. Raises Conflict when somebody else was faster with another duty."""
    try:
        db.session.flush()
    except IntegrityError as error:
        raise as_refusal(error) from error


def as_refusal(error: IntegrityError) -> Exception:
    """The database's word against double duty as a Conflict; any other error as it is."""
    if DOUBLE_DUTY not in str(error.orig):
        return error
    return Conflict(_("Seseorang baru saja mengisi waktu itu untuk orang yang sama. Muat ulang jadwal."))
