"""A contact belongs to a case: one that is there, or one that it opens."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.cases.actions.note_contact_on_case import note_contact_on_case
from tesa.cases.actions.note_language import note_language_of
from tesa.cases.actions.open_case import open_case
from tesa.cases.public import case_brief, people_with_number
from tesa.core.errors import RuleBroken
from tesa.intake.actions.keep_away import pass_to_case
from tesa.intake.actions.log_event import log_event
from tesa.intake.events import ContactLinked, contact_linked
from tesa.intake.models import Contact
from tesa.intake.queries import number_of


def link_case(contact: Contact, person_id: uuid.UUID | None, name: str, by: uuid.UUID, now: datetime) -> uuid.UUID:
    """Link `contact` (locked, hers) with the case of `person_id`, or open a case for a new person; gives the case's id.

    `person_id` must be somebody whose number the contact came from. Raises RuleBroken otherwise.
    """
    if contact.case_id is not None:
        return contact.case_id
    number = number_of(contact)
    known = {m.person_id: m for m in people_with_number(number)} if number else {}
    if person_id is not None and person_id not in known:
        raise RuleBroken(_("Orang ini tidak memakai nomor tersebut."))
    case_id = open_case(
        person_id=person_id,
        name=name,
        number=number,
        contact_id=contact.id,
        owner_id=by,
        risk=contact.risk,
        now=now,
    )
    contact.case_id = case_id
    case = case_brief(case_id)
    if contact.language is not None and case is not None:
        note_language_of(case.person_id, contact.language)
    note_contact_on_case(case_id, contact.id, now, by)
    pass_to_case(contact, by, now)
    log_event(contact.id, "case_linked", now, by)
    contact_linked.send(ContactLinked(contact.id, case_id))
    return case_id
