"""At night what has been kept long enough is destroyed, and nothing else."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tesa.accounts.public import StaffMember
from tesa.cases.actions.open_case import open_case
from tesa.cases.actions.reopen_case import take_up
from tesa.cases.models import Case, NoteDraft, PersonNumber
from tesa.cases.public import people_with_number
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.core.vault import tombstone_file, vault
from tesa.core.vault.shredding import tombstones
from tesa.intake import sealing as intake_sealing
from tesa.intake.flag_models import NumberFlag
from tesa.intake.models import Contact, ContactEvent, Oddity
from tesa.outreach.models import DispatchEvent
from tesa.retention import jobs
from tesa.retention.actions.change_rule import change_rule
from tesa.retention.actions.lift_hold import lift_hold
from tesa.retention.actions.set_hold import set_hold
from tesa.retention.jobs import Night
from tests.cases.making import audited, events_of
from tests.retention.making import ENDED, EVERYTHING, Ended, make_contact, make_dispatch, make_ended
from tests.support.people import make_staff

YEAR = timedelta(days=365)


def night_after(years: float, ended: datetime = ENDED) -> datetime:
    """Three in the morning in Bekasi, at least `years` after `ended`."""
    return (ended + years * YEAR).replace(hour=20, minute=0) + timedelta(days=1)


def run(now: datetime) -> None:
    """A whole night: as many ticks as it takes."""
    night = Night()
    for second in range(200):
        night(now + timedelta(seconds=second))
        if night._quiet_until is not None:
            return
    raise AssertionError("the night never came to its end")


def test_nothing_goes_before_its_time(app: Flask, owner: StaffMember) -> None:
    ended = make_ended(owner)
    run(night_after(0.98))
    assert ended.left() == EVERYTHING


def test_each_class_goes_at_its_own_time(app: Flask, owner: StaffMember) -> None:
    ended = make_ended(owner)
    run(night_after(1))
    assert ended.left() == EVERYTHING - {"contact"}
    run(night_after(2))
    assert ended.left() == {"note", "person"}
    run(night_after(5))
    assert ended.left() == set()


def test_only_at_night(app: Flask, owner: StaffMember) -> None:
    ended, night = make_ended(owner), Night()
    for hour in [*range(19), 22, 23]:  # UTC; 19 to 21 are two to four in Bekasi
        night(night_after(9).replace(hour=hour, minute=0))
    assert ended.left() == EVERYTHING
    night(night_after(9).replace(hour=19, minute=0))
    assert ended.left() == set()


def test_the_index_of_her_number_goes_with_it(app: Flask, owner: StaffMember) -> None:
    ended = make_ended(owner)
    run(night_after(5))
    assert db.session.get_one(Contact, ended.contact).caller_index is None
    assert db.session.scalar(select(func.count()).select_from(PersonNumber)) == 0
    assert people_with_number("+6281200000017") == []


def test_every_shredding_is_in_the_trail_and_in_the_second_place(app: Flask, owner: StaffMember) -> None:
    ended = make_ended(owner)
    run(night_after(5))
    entries = {entry.kind: entry for entry in audited("key.shredded")}
    assert {kind: entry.object_id for kind, entry in entries.items()} == {
        "contact": ended.contact, "dispatch": ended.dispatch, "case": ended.case, "person": ended.person,
    }  # fmt: skip
    assert all(entry.actor_id is None for entry in entries.values())
    assert json.loads(entries["case"].details) == {"keys": 1, "klass": "note", "why": "retention"}
    written = {(stone.owner, stone.klass) for stone in tombstone_file().read()}
    assert written == {(stone.owner, stone.klass) for stone in tombstones()}
    assert written >= {(ended.case, "note"), (ended.person, "contact"), (ended.dispatch, "dispatch")}


def test_the_timelines_say_it(app: Flask, owner: StaffMember) -> None:
    ended = make_ended(owner)
    latest = db.session.get_one(Case, ended.case).last_event_at
    run(night_after(5))
    assert events_of(ended.case)[-1] == "shredded"
    assert db.session.get_one(Case, ended.case).last_event_at == latest
    assert "shredded" in db.session.scalars(select(ContactEvent.code)).all()
    assert "shredded" in db.session.scalars(select(DispatchEvent.code)).all()


def test_a_case_under_way_keeps_everything(app: Flask, owner: StaffMember) -> None:
    ended = make_ended(owner)
    with transaction():
        take_up(db.session.get_one(Case, ended.case), None, ENDED + timedelta(days=10))
    run(night_after(9))
    assert ended.left() == EVERYTHING


def test_a_contact_of_a_case_waits_for_the_case(app: Flask, owner: StaffMember) -> None:
    ended = make_ended(owner)
    old = ENDED - 3 * YEAR
    early, alone = make_contact(ended.case, owner, ended=old), make_contact(None, owner, ended=old)
    dispatch, lonely = make_dispatch(ended.case, None, ended=old), make_dispatch(None, None, ended=old)
    run(night_after(0.5))
    destroyed = {stone.owner for stone in tombstones()}
    assert destroyed == {alone, lonely}
    assert not {early, dispatch} & destroyed


def test_another_case_of_hers_keeps_the_person(app: Flask, owner: StaffMember) -> None:
    ended = make_ended(owner, reason="duplicate")
    with transaction():
        open_case(ended.person, "", None, None, owner.id, None, ENDED + YEAR)
    run(night_after(9))
    assert ended.left() == {"person"}


def test_a_hold_keeps_all_of_the_case(app: Flask, owner: StaffMember) -> None:
    coordinator, ended = make_staff("coordinator"), make_ended(owner)
    with transaction():
        set_hold(ended.case, "court", None, coordinator.id, ENDED)
    run(night_after(9))
    assert ended.left() == EVERYTHING
    with transaction():
        lift_hold(ended.case, coordinator.id, night_after(9))
    run(night_after(9.1))
    assert ended.left() == set()


def test_a_hold_of_one_of_her_cases_keeps_the_person(app: Flask, owner: StaffMember) -> None:
    coordinator, first = make_staff("coordinator"), make_ended(owner, reason="duplicate")
    second = make_ended(owner, ended=ENDED + YEAR, person_id=first.person)
    with transaction():
        set_hold(second.case, "police", None, coordinator.id, ENDED)
    run(night_after(9))
    assert first.left() == {"person"}
    assert second.left() == EVERYTHING


def test_a_hold_ends_by_itself(app: Flask, owner: StaffMember) -> None:
    coordinator, ended = make_staff("coordinator"), make_ended(owner)
    with transaction():
        set_hold(ended.case, "court", ENDED + 8 * YEAR, coordinator.id, ENDED)
    run(night_after(7))
    assert ended.left() == EVERYTHING
    run(night_after(8))
    assert ended.left() == set()


def test_a_changed_rule_holds(app: Flask, owner: StaffMember) -> None:
    first, second, ended = make_staff("coordinator"), make_staff("coordinator"), make_ended(owner)
    with transaction():
        change_rule("contact", 3650, first.id, second.id, ENDED)
        change_rule("note", 30, first.id, second.id, ENDED)
    run(night_after(1.5))
    assert ended.left() == {"contact", "person", "dispatch"}


def test_what_was_destroyed_is_not_destroyed_twice(app: Flask, owner: StaffMember) -> None:
    make_ended(owner)
    run(night_after(5))
    count = len(tombstones())
    run(night_after(5.1))
    assert len(tombstones()) == count


def test_a_case_taken_up_after_its_notes_went_is_due_again_when_it_ends(app: Flask, owner: StaffMember) -> None:
    ended = make_ended(owner)
    run(night_after(5))
    later = night_after(6)
    with transaction():
        take_up(db.session.get_one(Case, ended.case), None, later)
    fresh = make_note(ended, owner, later)
    assert ended.left() == set()  # the first note; the one written now opens
    assert opens_note(fresh, ended.case)
    close(ended, owner, later + timedelta(days=1))
    run(night_after(5, later + timedelta(days=1)))
    assert not opens_note(fresh, ended.case)


def make_note(ended: Ended, owner: StaffMember, now: datetime) -> uuid.UUID:
    from tesa.cases.actions.write_note import write_note

    with transaction():
        return write_note(ended.case, None, "lagi", owner, now)


def close(ended: Ended, owner: StaffMember, now: datetime) -> None:
    from tesa.cases.actions.close_case import close_case

    with transaction():
        close_case(ended.case, "goals_met", "", owner, now)


def opens_note(note_id: uuid.UUID, case_id: uuid.UUID) -> bool:
    from tesa.cases.models import NoteText
    from tesa.cases.sealing import open_note
    from tesa.core.vault import Shredded, vault

    vault.forget()
    db.session.rollback()
    text = db.session.scalars(select(NoteText).where(NoteText.note_id == note_id)).one()
    try:
        return open_note(text, case_id) == "lagi"
    except Shredded:
        return False


def test_a_draft_goes_with_the_case(app: Flask, owner: StaffMember) -> None:
    from tesa.cases.sealing import seal_draft

    ended = make_ended(owner)
    draft = NoteDraft(
        id=new_id(), account_id=owner.id, subject_id=ended.case, owner_id=ended.case, revision=1, saved_at=ENDED
    )
    with transaction():
        seal_draft(draft, "konsep", None)
        db.session.add(draft)
    run(night_after(5))
    assert db.session.scalar(select(func.count()).select_from(NoteDraft)) == 0


def test_an_odd_request_goes_after_ninety_days(app: Flask) -> None:
    oddity = new_id()
    with transaction():
        db.session.add(
            Oddity(
                id=oddity,
                at=ENDED,
                kind="voice",
                what="odd",
                form_sealed=intake_sealing.seal_oddity(oddity, {"a": ["b"]}),
            )
        )
    run(ENDED.replace(hour=20) + timedelta(days=89))
    assert list(tombstones()) == []
    run(ENDED.replace(hour=20) + timedelta(days=90))
    assert [stone.owner for stone in tombstones()] == [oddity]


def test_one_that_fails_does_not_stop_the_others(
    app: Flask, owner: StaffMember, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    ended = [make_ended(owner, f"+62812000000{i}") for i in range(10, 13)]
    # Something the rules do not know of keeps one of them: a message that was sealed a moment ago.
    now = night_after(1)
    with transaction():
        db.session.get_one(Contact, ended[1].contact).state = "to_record"
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    run(now)
    assert ["contact" in one.left() for one in ended] == [False, True, False]


def test_the_number_of_a_flag_goes_a_month_after_the_flag_has_ended(app: Flask, owner: StaffMember) -> None:
    contact = make_ended(owner).contact
    flag = NumberFlag(
        id=new_id(), kind="blocked", reason="prank", contact_id=contact, since=ENDED - timedelta(days=90), until=ENDED,
        number_index=vault.blind_index("number", "+6281290000999"),
    )  # fmt: skip
    with transaction():
        flag.number_sealed = intake_sealing.seal_flagged(flag.id, "+6281290000999")
        db.session.add(flag)
    flag_id = flag.id
    run(ENDED.replace(hour=20) + timedelta(days=29))
    assert list(tombstones()) == []
    run(ENDED.replace(hour=20) + timedelta(days=30))
    assert [stone.owner for stone in tombstones()] == [flag_id]
    assert db.session.get_one(NumberFlag, flag_id, populate_existing=True).number_index is None
