"""The contact behind a dispatch has been linked with a case: the dispatch belongs there too."""

from __future__ import annotations

import uuid

from sqlalchemy import update

from tesa.core.db import db
from tesa.outreach.models import Dispatch


def note_case_of_contact(contact_id: uuid.UUID, case_id: uuid.UUID) -> None:
    """Put the dispatches of `contact_id` that have no case yet into `case_id`."""
    db.session.execute(
        update(Dispatch)
        .where(Dispatch.contact_id == contact_id, Dispatch.case_id.is_(None))
        .values(case_id=case_id)
        .execution_options(synchronize_session=False)
    )
