"""The line begins to call itself."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from tesa.accounts import audit
from tesa.continuity.models import SelfCall
from tesa.continuity.queries import running_test
from tesa.core.db import db, new_id
from tesa.core.errors import Conflict, RuleBroken
from tesa.telephony.inbound import settings
from tesa.telephony.outbox import enqueue

PLACE_TEST = "continuity.place_test"


def start_self_call(cause: str, by: uuid.UUID | None, now: datetime) -> uuid.UUID:
    """Begin a test; its id. `cause`: daily, page or command. Raises RuleBroken where no second number is set, Conflict
    while a test runs.
    """
    if settings().self_call_number is None:
        raise RuleBroken(_("Nomor uji belum diatur (TESA_SELF_CALL_NUMBER)."))
    busy = Conflict(_("Satu uji sedang berjalan. Tunggu sampai selesai."))
    if running_test() is not None:
        raise busy
    test = SelfCall(id=new_id(), cause=cause, started_by=by, started_at=now, outcome="running", error="")
    db.session.add(test)
    try:
        db.session.flush()
    except IntegrityError as error:  # somebody else began one at the same instant
        raise busy from error
    enqueue(PLACE_TEST, test.id, now)
    if by is not None:
        audit.record(by, "line.test", "self_call", test.id, now)
    return test.id
