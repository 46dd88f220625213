"""What cases seal. A person's words lie under her own key (class `contact`), notes and drafts under the case's (`note`)."""

from __future__ import annotations

import uuid

from tesa.cases.models import BreakGlass, Case, Note, NoteDraft, NoteText, Person, PersonNumber, SafeContactPlan
from tesa.cases.rules.safe_contact import Answer, SafeAnswers, hours_of
from tesa.core.db import db
from tesa.core.vault import BlindIndex, Field, SealedColumn, vault


def _of_person(table: str, column: str, row_id: uuid.UUID, person_id: uuid.UUID, revision: int = 1) -> Field:
    return Field(table, column, row_id, owner=person_id, klass="contact", revision=revision)


def _person_field(person: Person, column: str) -> Field:
    return _of_person("person", column, person.id, person.id)


def _number_field(row_id: uuid.UUID, person_id: uuid.UUID) -> Field:
    return _of_person("person_number", "number", row_id, person_id)


def seal_person(person: Person, name: str, alias: str) -> None:
    """Put a name and an alias into the row; either may be empty."""
    person.name_sealed = vault.seal(_person_field(person, "name"), name)
    person.alias_sealed = vault.seal(_person_field(person, "alias"), alias)


def open_name(person: Person) -> str:
    """Her name; empty when she gave none."""
    return vault.unseal(_person_field(person, "name"), person.name_sealed) or ""


def open_alias(person: Person) -> str:
    """The name by which she may be spoken of before others; empty when there is none."""
    return vault.unseal(_person_field(person, "alias"), person.alias_sealed) or ""


def seal_number(row_id: uuid.UUID, person_id: uuid.UUID, e164: str) -> bytes:
    """A number, E.164, sealed for its row."""
    return vault.seal(_number_field(row_id, person_id), e164)


def open_number(row: PersonNumber) -> str:
    """The number in the row, E.164."""
    return vault.unseal(_number_field(row.id, row.person_id), row.number_sealed) or ""


def seal_plan(plan: SafeContactPlan, answers: SafeAnswers) -> None:
    """Put the hours and the code word into the row, sealed for its present revision."""
    plan.hours_sealed = vault.seal(_plan_field(plan, "hours"), answers.hours)
    plan.code_word_sealed = vault.seal(_plan_field(plan, "code_word"), answers.code_word)


def open_plan(plan: SafeContactPlan) -> SafeAnswers:
    """The whole plan of the row."""
    return SafeAnswers(
        to_call=Answer(plan.safe_to_call),
        to_message=Answer(plan.safe_to_message),
        hours=vault.unseal(_plan_field(plan, "hours"), plan.hours_sealed) or "",
        code_word=vault.unseal(_plan_field(plan, "code_word"), plan.code_word_sealed) or "",
        between=hours_of(plan.safe_from, plan.safe_until),
    )


def _plan_field(plan: SafeContactPlan, column: str) -> Field:
    return _of_person("safe_contact_plan", column, plan.person_id, plan.person_id, plan.revision)


def _note_field(text_id: uuid.UUID, case_id: uuid.UUID, revision: int) -> Field:
    return Field("note_text", "body", text_id, owner=case_id, klass="note", revision=revision)


def seal_note(text_id: uuid.UUID, case: Case, revision: int, body: str) -> bytes:
    """The words of one revision of a note, sealed for their row."""
    return vault.seal(_note_field(text_id, case.id, revision), body)


def open_note(text: NoteText, case_id: uuid.UUID) -> str:
    """The words of a revision. Whoever shows them to a person writes an audit entry first."""
    return vault.unseal(_note_field(text.id, case_id, text.revision), text.body_sealed) or ""


def _draft_field(draft: NoteDraft, column: str) -> Field:
    return Field("note_draft", column, draft.id, owner=draft.owner_id, klass="note", revision=draft.revision)


def seal_draft(draft: NoteDraft, body: str, other: str | None) -> None:
    """Put both texts of a draft into the row, sealed for its present revision; `other` None: there is only one."""
    draft.body_sealed = vault.seal(_draft_field(draft, "body"), body)
    draft.other_sealed = None if other is None else vault.seal(_draft_field(draft, "other"), other)


def open_draft(draft: NoteDraft) -> tuple[str, str | None]:
    """The text of a draft and, if a second window fell behind, that window's text."""
    other = None if draft.other_sealed is None else vault.unseal(_draft_field(draft, "other"), draft.other_sealed)
    return vault.unseal(_draft_field(draft, "body"), draft.body_sealed) or "", other


def _field_of_text(text: NoteText) -> Field:
    return _note_field(text.id, db.session.get_one(Note, text.note_id).case_id, text.revision)


def glass_field(row_id: uuid.UUID, case_id: uuid.UUID, column: str) -> Field:
    """Where the `reason` and the reviewer's `remark` of a broken glass are sealed: with the notes of the case."""
    return Field("break_glass", column, row_id, owner=case_id, klass="note")


SEALED = (
    SealedColumn(Person, "name_sealed", "contact", lambda person: _person_field(person, "name")),
    SealedColumn(Person, "alias_sealed", "contact", lambda person: _person_field(person, "alias")),
    SealedColumn(
        PersonNumber,
        "number_sealed",
        "contact",
        lambda row: _number_field(row.id, row.person_id),
        BlindIndex("number_index", "number", lambda number: number),
    ),
    SealedColumn(SafeContactPlan, "hours_sealed", "contact", lambda plan: _plan_field(plan, "hours")),
    SealedColumn(SafeContactPlan, "code_word_sealed", "contact", lambda plan: _plan_field(plan, "code_word")),
    SealedColumn(NoteText, "body_sealed", "note", _field_of_text),
    SealedColumn(NoteDraft, "body_sealed", "note", lambda draft: _draft_field(draft, "body")),
    SealedColumn(NoteDraft, "other_sealed", "note", lambda draft: _draft_field(draft, "other")),
    SealedColumn(BreakGlass, "reason_sealed", "note", lambda row: glass_field(row.id, row.case_id, "reason")),
    SealedColumn(BreakGlass, "remark_sealed", "note", lambda row: glass_field(row.id, row.case_id, "remark")),
)
