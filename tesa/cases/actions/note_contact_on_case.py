"""A contact belongs to a case."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.cases.actions.grant_access import grant_access
from tesa.cases.actions.log_event import log_event
from tesa.cases.actions.reopen_case import take_up
from tesa.cases.queries import locked
from tesa.cases.rules.access import CONTACT_ACCESS
from tesa.cases.rules.lifecycle import CaseStatus
from tesa.core.errors import NotFound


def note_contact_on_case(
    case_id: uuid.UUID, contact_id: uuid.UUID, now: datetime, account_id: uuid.UUID | None = None
) -> None:
    """Put the contact on the case's timeline and reopen the case if it was closed.

    `account_id` is the psychologist who has the contact: she may work on the case for a day, even if it is not hers.
    Raises NotFound when there is no such case.
    """
    case = locked(case_id)
    if case is None:
        raise NotFound
    if case.status == CaseStatus.CLOSED:
        take_up(case, None, now, ref=contact_id)
    log_event(case, "contact", now, account_id, ref=contact_id)
    if account_id is not None:
        grant_access(case_id, account_id, now + CONTACT_ACCESS, now)
