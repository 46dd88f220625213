"""What intake puts into the export of a case: its contacts, the messages in them, what was recorded, promised calls."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from tesa.accounts.public import emails
from tesa.cases.public import ExportTable, or_gone
from tesa.core.db import db
from tesa.intake import labels, sealing
from tesa.intake.file_models import SealedFile
from tesa.intake.models import CallBackTask, Contact, Message
from tesa.web.filters import local_moment


def intake_part(case_id: uuid.UUID) -> list[ExportTable]:
    """The contacts of the case, oldest first, the words of all messages, and the promises to call back."""
    contacts = db.session.scalars(select(Contact).where(Contact.case_id == case_id).order_by(Contact.opened_at)).all()
    ids = [c.id for c in contacts]
    return [_contacts(list(contacts)), _messages(ids), _files(ids), _promises(ids)]


def _contacts(contacts: list[Contact]) -> ExportTable:
    address = emails(c.psychologist_id for c in contacts if c.psychologist_id)
    rows = [
        (
            local_moment(c.opened_at),
            str(labels.CHANNEL.get(c.channel, c.channel)),
            or_gone(lambda c=c: sealing.open_number(c.id, c.caller_sealed)),  # type: ignore[misc]
            str(labels.STATE.get(c.state, c.state)),
            c.risk or "",
            address.get(c.psychologist_id, "") if c.psychologist_id else "",
            str(labels.OUTCOME.get(c.outcome, c.outcome)) if c.outcome else "",
        )
        for c in contacts
    ]
    columns = (
        "Waktu / Time", "Saluran / Channel", "Nomor / Number", "Keadaan / State", "Risiko / Risk",
        "Psikolog / Psychologist", "Hasil / Outcome",
    )  # fmt: skip
    return ExportTable("kontak", "Kontak / Contacts", columns, rows)


def _messages(contact_ids: list[uuid.UUID]) -> ExportTable:
    messages = db.session.scalars(
        select(Message).where(Message.contact_id.in_(contact_ids)).order_by(Message.created_at, Message.id)
    ).all()
    address = emails(m.author_id for m in messages if m.author_id)
    ways = {"in": "masuk / in", "out": "keluar / out", "auto": "otomatis / automatic"}
    rows = [
        (
            local_moment(m.created_at),
            ways[m.direction],
            address.get(m.author_id, "") if m.author_id else "",
            or_gone(lambda m=m: sealing.open_body(m.contact_id, m.id, m.body_sealed)),  # type: ignore[misc]
            str(m.media_count),
            or_gone(lambda m=m: _extras(m)),  # type: ignore[misc]
        )
        for m in messages
    ]
    columns = ("Waktu / Time", "Arah / Way", "Penulis / Author", "Isi / Text", "Lampiran / Attachments", "Lain / Other")
    return ExportTable("pesan", "Pesan / Messages", columns, rows)


def _extras(message: Message) -> str:
    if message.extras_sealed is None:
        return ""
    extras = sealing.open_extras(message.contact_id, message.id, message.extras_sealed)
    return "; ".join(f"{name}: {value}" for name, value in sorted(extras.items()))


def _files(contact_ids: list[uuid.UUID]) -> ExportTable:
    """That there is a voice, not the voice itself: it is heard on the contact's page."""
    files = db.session.scalars(
        select(SealedFile).where(SealedFile.contact_id.in_(contact_ids)).order_by(SealedFile.created_at)
    )
    rows = [
        (
            local_moment(f.created_at),
            str(labels.FILE_KIND[f.kind]),
            str(f.seconds),
            str(labels.FILE_STATE[f.state]),
            local_moment(f.heard_at) if f.heard_at else "",
        )
        for f in files
    ]
    columns = ("Waktu / Time", "Jenis / Kind", "Detik / Seconds", "Keadaan / State", "Didengar / Heard")
    return ExportTable("suara", "Suara / Voice", columns, rows)


def _promises(contact_ids: list[uuid.UUID]) -> ExportTable:
    tasks = db.session.scalars(
        select(CallBackTask).where(CallBackTask.contact_id.in_(contact_ids)).order_by(CallBackTask.created_at)
    )
    rows = [
        (
            local_moment(t.created_at),
            str(labels.CALL_BACK_CAUSE.get(t.cause, t.cause)),
            local_moment(t.done_at) if t.done_at else "",
            str(labels.CALL_BACK_OUTCOME.get(t.outcome, t.outcome)) if t.outcome else "",
            or_gone(lambda t=t: _why(t)),  # type: ignore[misc]
        )
        for t in tasks
    ]
    columns = ("Waktu / Time", "Sebab / Cause", "Selesai / Done", "Hasil / Outcome", "Alasan / Reason")
    return ExportTable("telepon-kembali", "Telepon kembali / Calls back", columns, rows)


def _why(task: CallBackTask) -> str:
    return sealing.open_task(task.contact_id, task.id, "reason", task.reason_sealed) if task.reason_sealed else ""
