"""What cases put into the export of a case; other slices add theirs (`tesa/app.py` lists all parts)."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from sqlalchemy import select

from tesa.accounts.public import emails
from tesa.cases import labels, sealing
from tesa.cases.models import Case, CaseEvent, Note, NoteText, Person, PersonNumber, SafeContactPlan
from tesa.cases.rules.export import Table
from tesa.core.db import db
from tesa.core.vault import Shredded
from tesa.web.filters import local_moment

Part = Callable[[uuid.UUID], list[Table]]


def or_gone(opened: Callable[[], str]) -> str:
    """What `opened` gives; a sign in its place when its key was destroyed."""
    try:
        return opened()
    except Shredded:
        return "[sudah dimusnahkan / destroyed]"


def case_part(case_id: uuid.UUID) -> list[Table]:
    """The case, the person, her numbers, her safe-contact plan, every revision of every note, the timeline."""
    case = db.session.get_one(Case, case_id)
    return [_case(case), _person(case), _plan(case), _notes(case), _timeline(case)]


def _case(case: Case) -> Table:
    rows = [
        ("Nomor / Number", case.number),
        ("Keadaan / State", labels.status_label(case.status)),
        ("Risiko / Risk", case.risk or ""),
        ("Dibuka / Opened", local_moment(case.opened_at)),
        ("Ditutup / Closed", local_moment(case.closed_at) if case.closed_at else ""),
        ("Alasan penutupan / Reason of closure", case.closure_reason or ""),
        ("Psikolog / Psychologist", emails([case.owner_id])[case.owner_id]),
    ]
    return Table("kasus", "Kasus / Case", ("Hal / Matter", "Isi / Content"), rows)


def _person(case: Case) -> Table:
    person = db.session.get_one(Person, case.person_id)
    numbers = db.session.scalars(
        select(PersonNumber).where(PersonNumber.person_id == person.id).order_by(PersonNumber.added_at)
    )
    rows = [
        ("Nama / Name", or_gone(lambda: sealing.open_name(person))),
        ("Nama samaran / Alias", or_gone(lambda: sealing.open_alias(person))),
        ("Jenis kelamin / Gender", labels.gender_label(person.gender) if person.gender else ""),
        ("Tahun lahir / Year of birth", str(person.birth_year or "")),
        *(("Nomor telepon / Telephone number", or_gone(lambda row=row: sealing.open_number(row))) for row in numbers),  # type: ignore[misc]
    ]
    return Table("orang", "Orang / Person", ("Hal / Matter", "Isi / Content"), rows)


def _plan(case: Case) -> Table:
    columns = ("Hal / Matter", "Isi / Content")
    plan = db.session.get(SafeContactPlan, case.person_id)
    if plan is None:
        return Table("kontak-aman", "Kontak aman / Safe contact", columns, [])
    rows = [
        ("Aman ditelepon / Safe to call", plan.safe_to_call),
        ("Aman dikirimi pesan / Safe to message", plan.safe_to_message),
        ("Keterangan jam / About hours", or_gone(lambda: sealing.open_plan(plan).hours)),
        ("Kata aman / Code word", or_gone(lambda: sealing.open_plan(plan).code_word)),
        ("Ditanyakan / Asked", local_moment(plan.asked_at)),
    ]
    return Table("kontak-aman", "Kontak aman / Safe contact", columns, rows)


def _notes(case: Case) -> Table:
    texts = db.session.execute(
        select(NoteText, Note)
        .join(Note, Note.id == NoteText.note_id)
        .where(Note.case_id == case.id)
        .order_by(Note.created_at, Note.id, NoteText.revision)
    ).all()
    address = emails(note.author_id for _text, note in texts)
    rows = [
        (
            local_moment(text.written_at),
            address[note.author_id],
            labels.kind_label(note.kind),
            str(text.revision),
            or_gone(lambda text=text: sealing.open_note(text, case.id)),  # type: ignore[misc]
        )
        for text, note in texts
    ]
    columns = ("Waktu / Time", "Penulis / Author", "Jenis / Kind", "Revisi / Revision", "Isi / Text")
    return Table("catatan", "Catatan / Notes", columns, rows)


def _timeline(case: Case) -> Table:
    events = db.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.number)).all()
    address = emails(event.actor_id for event in events if event.actor_id)
    rows = [
        (
            local_moment(event.at),
            labels.event_label(event.code),
            address.get(event.actor_id, "") if event.actor_id else "",
            event.detail or "",
        )
        for event in events
    ]
    columns = ("Waktu / Time", "Peristiwa / Event", "Oleh / By", "Rincian / Detail")
    return Table("linimasa", "Linimasa / Timeline", columns, rows)
