"""A contact is put on record: its outcome and services, in one press where nobody needed counselling."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from tesa.core.db import db
from tesa.core.errors import RuleBroken
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.mark_silent import SILENT, note_silent_call
from tesa.intake.actions.suggest_flag import suggest_flag
from tesa.intake.actions.withdraw_offers import withdraw_offers
from tesa.intake.models import CallBackTask, Contact
from tesa.intake.rules.words import COUNSELLING, NON_COUNSELLING, SERVICES, ContactState
from tesa.psychologists.actions.finish_wrapup import finish_wrapup


def finalize_contact(
    contact: Contact, outcome: str, services: Sequence[str], actor_id: uuid.UUID, now: datetime
) -> None:
    """Finalize `contact` (locked). Raises RuleBroken while she is on the line, waits, or is owed a call back."""
    if outcome != COUNSELLING and outcome not in NON_COUNSELLING:
        raise RuleBroken(_("Pilih hasil kontak dari daftar."))
    if any(service not in SERVICES for service in services):
        raise RuleBroken(_("Pilih layanan dari daftar."))
    if contact.state == ContactState.FINALIZED:
        return
    if contact.channel == "voice" and contact.state in (ContactState.WAITING, ContactState.IN_PROGRESS):
        raise RuleBroken(_("Kontak ini masih berlangsung."))
    if contact.state == ContactState.WAITING and outcome == COUNSELLING:
        raise RuleBroken(_("Ambil percakapan ini lebih dahulu."))
    owed = db.session.scalar(
        db.select(CallBackTask.id).where(CallBackTask.contact_id == contact.id, CallBackTask.done_at.is_(None))
    )
    if owed is not None:
        raise RuleBroken(_("Selesaikan dahulu janji menelepon kembali."))
    withdraw_offers(contact.id, now)
    contact.state, contact.finalized_at = ContactState.FINALIZED, now
    contact.ended_at = contact.ended_at or now
    contact.outcome, contact.services = outcome, " ".join(services)
    contact.waiting_since, contact.next_step_at = None, None
    if contact.psychologist_id is not None and contact.channel == "voice":
        finish_wrapup(contact.psychologist_id, now)
    log_event(contact.id, "finalized", now, actor_id, detail=outcome)
    suggest_flag(contact, now)
    if outcome == SILENT:
        note_silent_call(contact, now)
