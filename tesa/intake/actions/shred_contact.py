"""Destroy what a contact brought: her number and its index, the messages, her voice."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, update

from tesa.accounts.audit import record
from tesa.cases.actions.shred_notes import let_drafts_go
from tesa.core.db import db
from tesa.core.errors import NotFound, RuleBroken
from tesa.core.vault.shredding import rested, shred
from tesa.intake.actions.destroy_file import destroy_file, files_of
from tesa.intake.actions.log_event import log_event
from tesa.intake.models import Contact, ContactExclusion
from tesa.intake.queries import locked
from tesa.intake.rules.words import ContactState


def shred_contact(contact_id: uuid.UUID, why: str, by: uuid.UUID | None, now: datetime) -> None:
    """Destroy what was said in the contact and from which number; `by` None: the rule did it, `why` is a code.

    Raises NotFound, or RuleBroken while somebody works on it.
    """
    contact = locked(contact_id)
    if contact is None:
        raise NotFound
    if contact.state != ContactState.FINALIZED or not rested(contact.finalized_at or now, now):
        raise RuleBroken(_("Masih ada kontak yang belum selesai dicatat."))
    keys = shred(contact.id, "contact", why, now) + shred(contact.id, "note", why, now)
    keys += sum(destroy_file(file, why, now) for file in files_of(contact.id))
    let_drafts_go(contact.id)
    contact.caller_index = None
    db.session.execute(delete(ContactExclusion).where(ContactExclusion.contact_id == contact.id))
    log_event(contact.id, "shredded", now, by)
    record(
        by, "key.shredded", "contact", contact.id, now,
        case_id=contact.case_id, klass="contact", why=why, keys=keys,
    )  # fmt: skip


def forget_callers(contact_ids: Collection[uuid.UUID]) -> None:
    """Empty the index of the numbers of these contacts."""
    db.session.execute(update(Contact).where(Contact.id.in_(list(contact_ids))).values(caller_index=None))
