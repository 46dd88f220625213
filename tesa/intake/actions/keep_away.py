"""Who is never offered a contact: it stands with the contact, so that she does not even see that it waits."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from tesa.accounts.audit import record
from tesa.accounts.public import member
from tesa.cases.actions.exclude import exclude_from_person_of
from tesa.cases.events import ExclusionChanged
from tesa.cases.rules.exclusions import ExclusionReason
from tesa.core.db import db
from tesa.core.errors import RuleBroken
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.withdraw_offers import end_offer
from tesa.intake.models import CallBackTask, Contact, ContactExclusion
from tesa.intake.queries import locked, offers_of
from tesa.intake.rules.words import ContactState, OfferOutcome

CARRIED = "carried"  # the reason of a row that comes from elsewhere: her case, or an earlier contact


def keep_away(contact: Contact, account_id: uuid.UUID, reason: str, by: uuid.UUID, now: datetime) -> None:
    """From now on `account_id` is never offered `contact` (locked), nor whoever calls from its number or has its case.

    Raises RuleBroken for an unknown reason or person, or for whoever has the contact.
    """
    if reason not in set(ExclusionReason):
        raise RuleBroken(_("Pilih alasan dari daftar."))
    if member(account_id) is None:
        raise RuleBroken(_("Pilih petugas dari daftar."))
    if account_id == contact.psychologist_id and contact.state == ContactState.IN_PROGRESS:
        raise RuleBroken(_("Ia sedang menangani kontak ini. Serahkan lebih dahulu."))
    if not _keep(contact, account_id, reason, by, now):
        return
    log_event(contact.id, "excluded", now, account_id, detail=reason)
    record(by, "contact.exclude", "contact", contact.id, now, account=str(account_id), reason=reason)
    if contact.case_id is not None:
        exclude_from_person_of(contact.case_id, account_id, reason, by, now)


def carry_over(contact: Contact, account_ids: Iterable[uuid.UUID], now: datetime) -> None:
    """What is known of her number or case holds for `contact` (locked) too."""
    for account_id in account_ids:
        _keep(contact, account_id, CARRIED, None, now)


def pass_to_case(contact: Contact, by: uuid.UUID, now: datetime) -> None:
    """`contact` (locked) has been linked with a case: what was learnt in it belongs to her person from now on."""
    if contact.case_id is None:
        return
    rows = db.session.scalars(select(ContactExclusion).where(ContactExclusion.contact_id == contact.id)).all()
    for row in rows:
        if row.reason != CARRIED:
            exclude_from_person_of(contact.case_id, row.account_id, row.reason, row.set_by or by, now)


def follow_exclusion(contact_id: uuid.UUID, event: ExclusionChanged) -> None:
    """Somebody was excluded from a person, or is not any more: so it is with this contact of hers."""
    contact = locked(contact_id)
    if contact is not None and event.reason is not None:
        _keep(contact, event.account_id, CARRIED, None, event.at)
    else:
        db.session.execute(
            delete(ContactExclusion).where(
                ContactExclusion.contact_id == contact_id, ContactExclusion.account_id == event.account_id
            )
        )


def _keep(contact: Contact, account_id: uuid.UUID, reason: str, by: uuid.UUID | None, now: datetime) -> bool:
    if db.session.get(ContactExclusion, (contact.id, account_id)) is not None:
        return False
    db.session.add(ContactExclusion(contact_id=contact.id, account_id=account_id, reason=reason, set_by=by, set_at=now))
    for offer in offers_of(contact.id):
        if offer.account_id == account_id and offer.outcome is None:
            end_offer(offer, OfferOutcome.CANCELLED, now)
    if contact.psychologist_id == account_id and contact.state in (ContactState.WAITING, ContactState.CALL_BACK):
        contact.psychologist_id = None  # it had been given to her, and is not answered yet
    db.session.execute(
        update(CallBackTask)
        .where(CallBackTask.contact_id == contact.id, CallBackTask.assigned_id == account_id)
        .where(CallBackTask.done_at.is_(None))
        .values(assigned_id=None)
    )
    if contact.first_to_ring_id == account_id:
        contact.first_to_ring_id = None
    db.session.flush()
    return True
