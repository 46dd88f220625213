"""Tables of cases. They neither query nor commit. Names, numbers, safe-contact words, notes and drafts are sealed."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tesa.core.db import Model, new_id

NOT_CLOSED = text("status <> 'closed'")
UNREVIEWED = text("reviewed_at is null")


class Person(Model):
    """Somebody known to the hotline. Her row is the lock under which cases are opened for her."""

    __tablename__ = "person"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name_sealed: Mapped[bytes]
    alias_sealed: Mapped[bytes]
    gender: Mapped[str | None] = mapped_column(String(1))  # P perempuan, L laki-laki
    birth_year: Mapped[int | None]
    language: Mapped[str | None] = mapped_column(String(2))  # id, en, su, jv: what she last chose on the telephone
    created_at: Mapped[datetime]


class PersonNumber(Model):
    """A number that a person uses. The index only narrows; the number is compared after unsealing."""

    __tablename__ = "person_number"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    number_sealed: Mapped[bytes]
    number_index: Mapped[int]
    added_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_person_number_number_index", "number_index"),
        Index("ix_person_number_person_id", "person_id"),
    )


class SafeContactPlan(Model):
    """Whether and how a person may be reached. No row: nobody has asked."""

    __tablename__ = "safe_contact_plan"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    safe_to_call: Mapped[str] = mapped_column(String(8), default="unknown")
    safe_to_message: Mapped[str] = mapped_column(String(8), default="unknown")
    hours_sealed: Mapped[bytes]
    code_word_sealed: Mapped[bytes]
    safe_from: Mapped[int | None]  # minute of the day; neither or both: the hours that the dialler obeys
    safe_until: Mapped[int | None]
    revision: Mapped[int] = mapped_column(default=1)  # of the two sealed texts
    asked_at: Mapped[datetime]
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))


class CaseExclusion(Model):
    """A psychologist who is never offered this person: her wish, or a conflict of interest. It outlives each case."""

    __tablename__ = "case_exclusion"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    reason: Mapped[str] = mapped_column(String(20))
    set_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    set_at: Mapped[datetime]

    __table_args__ = (Index("ix_case_exclusion_account_id", "account_id"),)


class Case(Model):
    """The work for one person over time. Its row is the lock of its status, its events and its notes."""

    __tablename__ = "case_file"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    status: Mapped[str] = mapped_column(String(20))
    risk: Mapped[str | None] = mapped_column(String(10))  # None: nobody has judged it yet
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closure_reason: Mapped[str | None] = mapped_column(String(20))
    events: Mapped[int] = mapped_column(default=0)  # number of the last event
    last_event_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_case_file_owner_id", "owner_id", "last_event_at"),
        Index("ix_case_file_last_event_at", "last_event_at"),
        Index("ix_case_file_person_id", "person_id"),
        Index(
            "uq_case_file_person_under_way",
            "person_id",
            unique=True,
            sqlite_where=NOT_CLOSED,
            postgresql_where=NOT_CLOSED,
        ),
    )


class CaseCounter(Model):
    """The last number given in a year. Taken and given back with the transaction, so that no number is skipped."""

    __tablename__ = "case_counter"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class CaseAccess(Model):
    """Access lent to a psychologist who is not the owner, until a time."""

    __tablename__ = "case_access"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    until: Mapped[datetime]

    __table_args__ = (Index("ix_case_access_account_id", "account_id", "until"),)


class CaseEvent(Model):
    """What happened to a case: codes, ids and times. Only ever added to."""

    __tablename__ = "case_event"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    number: Mapped[int]
    at: Mapped[datetime]
    code: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))  # None: TeSA itself
    ref: Mapped[uuid.UUID | None]  # the contact, note or account that the event is about
    detail: Mapped[str | None] = mapped_column(String(20))  # a code: a risk, a reason

    __table_args__ = (UniqueConstraint("case_id", "number"),)


class Note(Model):
    """A note of a case. Its words are in `NoteText`, one row for each revision; nothing is overwritten."""

    __tablename__ = "note"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    contact_id: Mapped[uuid.UUID | None]
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(10))  # note | risk | closure: what the words are about
    revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    __table_args__ = (Index("ix_note_case_id", "case_id", "created_at"),)


class NoteText(Model):
    """The words of one revision of a note, sealed under the case's key."""

    __tablename__ = "note_text"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    note_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("note.id"))
    revision: Mapped[int]
    body_sealed: Mapped[bytes]
    written_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("note_id", "revision"),)


class NoteDraft(Model):
    """What somebody is writing about a case, a contact, or a note that she edits. Nobody else reads it.

    `other_sealed` keeps the text of a second window that fell behind, so that neither text is lost.
    """

    __tablename__ = "note_draft"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    subject_id: Mapped[uuid.UUID]
    owner_id: Mapped[uuid.UUID]  # whose key seals it: the case, or the contact while there is no case
    body_sealed: Mapped[bytes]
    other_sealed: Mapped[bytes | None]
    revision: Mapped[int] = mapped_column(default=1)
    writer: Mapped[uuid.UUID | None]  # the window that saved last
    saved_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("account_id", "subject_id"),)


class BreakGlass(Model):
    """A case opened by a coordinator for an hour, for a reason. `nth` of the `day`: the database allows three."""

    __tablename__ = "break_glass"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_file.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    day: Mapped[date]  # of the site's zone
    nth: Mapped[int]
    reason_sealed: Mapped[bytes]
    opened_at: Mapped[datetime]
    until: Mapped[datetime]
    alarm_at: Mapped[datetime]  # when everybody is told next that nobody has reviewed it
    reviewed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    reviewed_at: Mapped[datetime | None]
    verdict: Mapped[str | None] = mapped_column(String(12))  # justified, unjustified
    remark_sealed: Mapped[bytes | None]

    __table_args__ = (
        UniqueConstraint("account_id", "day", "nth"),
        CheckConstraint("nth between 1 and 3", name="nth"),
        CheckConstraint("reviewed_by is null or reviewed_by <> account_id", name="two_persons"),
        Index("ix_break_glass_case_id", "case_id", "account_id", "until"),
        Index("ix_break_glass_alarm_at", "alarm_at", sqlite_where=UNREVIEWED, postgresql_where=UNREVIEWED),
    )
