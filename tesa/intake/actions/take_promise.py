"""Somebody says that she will call back: she answers for the promise from now on."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.core.errors import Conflict, NotFound
from tesa.intake.actions.climb_promise import assign_promise
from tesa.intake.actions.make_promise import promise_of
from tesa.intake.models import Contact
from tesa.intake.wishes import never_for


def take_promise(contact: Contact, by: uuid.UUID, now: datetime) -> None:
    """Give the open promise of `contact` (locked) to `by`, and the contact, so that she hears what was left.

    Raises Conflict when there is none, or the contact is somebody else's; NotFound for who is kept away from her.
    """
    if by in never_for(contact):
        raise NotFound
    task = promise_of(contact)
    if task is None or task.done_at is not None:
        raise Conflict(_("Tidak ada janji menelepon kembali yang terbuka."))
    if contact.psychologist_id not in (None, by):
        raise Conflict(_("Kontak ini ditangani rekan lain."))
    if task.assigned_id != by:
        assign_promise(contact, task, by, now)
