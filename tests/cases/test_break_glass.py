"""Breaking the glass: one case, one hour, for a reason, told at once, reviewed by another person."""

from __future__ import annotations

import re
import threading
import uuid
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tesa.accounts.models import Notice
from tesa.accounts.permissions import needs_fresh
from tesa.accounts.public import Principal, Role, StaffMember
from tesa.cases.actions.alarm_unreviewed import alarm_unreviewed
from tesa.cases.actions.break_glass import break_glass
from tesa.cases.actions.read_notes import read_notes
from tesa.cases.actions.review_break_glass import review_break_glass
from tesa.cases.actions.write_note import write_note
from tesa.cases.jobs import watch_glass
from tesa.cases.models import BreakGlass
from tesa.cases.rules.glass import MOST_A_DAY, OPEN_FOR
from tesa.core.db import db
from tesa.core.errors import Conflict, NotAllowed, NotFound, Refusal, RuleBroken
from tesa.core.transactions import transaction
from tesa.telephony.outbox import outbox
from tests.cases.making import NAME, NOW, audited, events_of, make_case
from tests.support.client import OutsideClient
from tests.support.fake_gateway import FakeGateway
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in
from tests.support.principals import as_principal

REASON = "Psikolognya sakit dan polisi menunggu keterangan"
NOTE = "Ia bercerita tentang malam itu"


@pytest.fixture(autouse=True)
def _clock(clock: MovedClock) -> None:
    clock.set(NOW)


@pytest.fixture
def owner(app: Flask) -> StaffMember:
    return make_staff("psychologist")


@pytest.fixture
def case_id(owner: StaffMember) -> uuid.UUID:
    made = make_case(owner)
    with transaction():
        write_note(made, None, NOTE, owner, NOW)
    return made


@pytest.fixture
def coordinator(app: Flask) -> Principal:
    return as_principal(make_staff("coordinator"))


@pytest.fixture
def reviewer(app: Flask) -> Principal:
    return as_principal(make_staff("coordinator"))


def broken(case_id: uuid.UUID, by: Principal, now: datetime = NOW, reason: str = REASON) -> uuid.UUID:
    with transaction():
        return break_glass(case_id, reason, by, now)


def notes_read(case_id: uuid.UUID, by: Principal, now: datetime) -> list[str]:
    with transaction():
        return [note.text for note in read_notes(case_id, by, now)[0]]


def told(kind: str) -> set[uuid.UUID]:
    return set(db.session.scalars(select(Notice.account_id).where(Notice.kind == kind)))


def test_the_notes_are_open_for_an_hour_and_no_longer(case_id: uuid.UUID, coordinator: Principal) -> None:
    with pytest.raises(NotFound):
        notes_read(case_id, coordinator, NOW)
    broken(case_id, coordinator)
    assert notes_read(case_id, coordinator, NOW) == [NOTE]
    assert notes_read(case_id, coordinator, NOW + OPEN_FOR - timedelta(seconds=1)) == [NOTE]
    with pytest.raises(NotFound):
        notes_read(case_id, coordinator, NOW + OPEN_FOR)


def test_it_opens_one_case_for_one_person(
    case_id: uuid.UUID, owner: StaffMember, coordinator: Principal, reviewer: Principal
) -> None:
    broken(case_id, coordinator)
    other = make_case(owner, number="+6281200000018")
    for who, which in ((reviewer, case_id), (coordinator, other)):
        with pytest.raises(NotFound):
            notes_read(which, who, NOW)


def test_it_opens_reading_not_writing(case_id: uuid.UUID, coordinator: Principal) -> None:
    broken(case_id, coordinator)
    with pytest.raises(NotAllowed), transaction():
        write_note(case_id, None, "Catatan lain", coordinator, NOW)


def test_the_owner_and_the_other_coordinators_are_told(
    case_id: uuid.UUID, owner: StaffMember, coordinator: Principal, reviewer: Principal
) -> None:
    make_staff("administrator")
    opening = broken(case_id, coordinator)
    assert told("break_glass.own") == {owner.id}
    assert told("break_glass.opened") == {reviewer.id}
    assert events_of(case_id)[-1] == "glass_broken"
    entry = audited("break_glass.open")[0]
    assert (entry.actor_id, entry.object_id, entry.case_id) == (coordinator.id, opening, case_id)
    assert REASON not in entry.details


def test_nobody_is_told_and_nothing_opens_when_it_breaks_off(case_id: uuid.UUID, coordinator: Principal) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        break_glass(case_id, REASON, coordinator, NOW)
        raise ZeroDivisionError
    assert told("break_glass.own") == set()
    with pytest.raises(NotFound):
        notes_read(case_id, coordinator, NOW)


@pytest.mark.parametrize("reason", ["", "kurang dari 20 huruf", " " * 30, "x" * 2001])
def test_it_takes_a_reason(case_id: uuid.UUID, coordinator: Principal, reason: str) -> None:
    if reason == "kurang dari 20 huruf":
        reason = reason[:-1]
    with pytest.raises(RuleBroken, match="20"):
        broken(case_id, coordinator, reason=reason)


@pytest.mark.parametrize("role", ["psychologist", "outreach", "administrator"])
def test_only_coordinators_do(case_id: uuid.UUID, role: str) -> None:
    with pytest.raises(NotFound):
        broken(case_id, as_principal(make_staff(role)))


def test_who_may_read_anyway_does_not(case_id: uuid.UUID, owner: StaffMember, coordinator: Principal) -> None:
    with pytest.raises(NotAllowed):
        broken(case_id, as_principal(owner))
    broken(case_id, coordinator)
    with pytest.raises(RuleBroken, match="sudah terbuka"):
        broken(case_id, coordinator, NOW + OPEN_FOR - timedelta(seconds=1))


def test_three_a_day_and_the_day_is_that_of_the_site(owner: StaffMember, coordinator: Principal) -> None:
    cases = [make_case(owner, number=f"+62812000001{i:02d}") for i in range(MOST_A_DAY + 1)]
    for case_id in cases[:-1]:
        broken(case_id, coordinator)
    with pytest.raises(RuleBroken, match="tiga kali"):
        broken(cases[-1], coordinator)
    midnight = datetime.fromisoformat("2026-11-25T00:00:00+07:00")
    with pytest.raises(RuleBroken, match="tiga kali"):
        broken(cases[-1], coordinator, midnight - timedelta(seconds=1))
    broken(cases[-1], coordinator, midnight)


def test_four_at_the_same_moment_are_three_at_most(app: Flask, owner: StaffMember, coordinator: Principal) -> None:
    cases = [make_case(owner, number=f"+62812000002{i:02d}") for i in range(6)]
    start, ends = threading.Barrier(6), ["?"] * 6

    def run(i: int) -> None:
        with app.app_context():
            start.wait()
            try:
                broken(cases[i], coordinator)
                ends[i] = "done"
            except Refusal as refusal:
                ends[i] = type(refusal).__name__
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= ends.count("done") <= MOST_A_DAY
    assert set(ends) <= {"done", "Conflict", "RuleBroken"}
    assert len(db.session.scalars(select(BreakGlass)).all()) == ends.count("done")


# -- the review
def reviewed(opening: uuid.UUID, by: Principal, verdict: str = "justified", remark: str = "Perlu") -> None:
    with transaction():
        review_break_glass(opening, verdict, remark, by, NOW)


def test_another_person_reviews_once(case_id: uuid.UUID, coordinator: Principal, reviewer: Principal) -> None:
    opening = broken(case_id, coordinator)
    with pytest.raises(RuleBroken, match="Orang lain"):
        reviewed(opening, coordinator)
    reviewed(opening, reviewer)
    assert told("break_glass.reviewed") == {coordinator.id}
    assert told("break_glass.unjustified") == set()
    with pytest.raises(Conflict):
        reviewed(opening, as_principal(make_staff("coordinator")))


def test_what_was_not_justified_is_told(case_id: uuid.UUID, coordinator: Principal, reviewer: Principal) -> None:
    administrator, third = make_staff("administrator"), make_staff("coordinator")
    reviewed(broken(case_id, coordinator), reviewer, "unjustified", "Tidak ada alasan")
    assert told("break_glass.unjustified") == {administrator.id, third.id}


@pytest.mark.parametrize(
    ("verdict", "remark"), [("", "Perlu"), ("maybe", "Perlu"), ("justified", " "), ("justified", "x" * 2001)]
)
def test_a_review_is_whole(
    case_id: uuid.UUID, coordinator: Principal, reviewer: Principal, verdict: str, remark: str
) -> None:
    opening = broken(case_id, coordinator)
    with pytest.raises(RuleBroken):
        reviewed(opening, reviewer, verdict, remark)


@pytest.mark.parametrize("role", ["psychologist", "outreach"])
def test_others_do_not_review(case_id: uuid.UUID, coordinator: Principal, role: str) -> None:
    opening = broken(case_id, coordinator)
    with pytest.raises(NotFound):
        reviewed(opening, as_principal(make_staff(role)))


def test_without_a_review_everybody_is_told_daily(
    case_id: uuid.UUID, coordinator: Principal, reviewer: Principal, gateway: FakeGateway
) -> None:
    administrator = make_staff("administrator")
    opening = broken(case_id, coordinator)
    due = NOW + timedelta(hours=24)
    assert watch_glass(due - timedelta(seconds=1)) == due
    assert told("break_glass.late") == set()
    watch_glass(due)
    watch_glass(due + timedelta(hours=1))
    everybody = {administrator.id, coordinator.id, reviewer.id}
    assert told("break_glass.late") == everybody
    assert len(audited("break_glass.late")) == 1
    outbox().deliver_due(due + timedelta(hours=1))
    assert len(gateway.requests) == len(everybody)
    watch_glass(due + timedelta(hours=24))
    assert len(audited("break_glass.late")) == 2
    reviewed(opening, reviewer)
    with transaction():
        assert alarm_unreviewed(due + timedelta(days=9)) == 0
    assert watch_glass(due + timedelta(days=9)) is None


# -- pages
def test_the_way_of_a_coordinator_and_her_reviewer(app: Flask, case_id: uuid.UUID, clock: MovedClock) -> None:
    she = make_staff("coordinator")
    hers = signed_in(app.test_client(), she)
    page = hers.get(f"/kasus/{case_id}").text
    assert f"/kasus/{case_id}/kaca" in page
    assert NAME not in page
    clock.advance(1)  # what she opened before is not what she opened with it
    assert hers.submit(f"/kasus/{case_id}/kaca", reason="pendek").status_code == 422
    assert hers.submit(f"/kasus/{case_id}/kaca", reason=REASON).status_code == 303
    page = hers.get(f"/kasus/{case_id}").text
    assert "kasus ini terbuka bagi Anda" in page
    assert NAME in page
    assert NOTE in hers.get(f"/kasus/{case_id}/catatan").text
    assert "Orang lain yang menilai" in hers.get("/kaca").text
    clock.advance(600)
    theirs = signed_in(app.test_client(), make_staff("coordinator"))
    page = theirs.get("/kaca").text
    assert REASON in page
    assert "catatan (1)" in page
    assert "halaman kasus (1)" in page
    found = re.search(r'action="(/kaca/[0-9a-f-]{36})"', page)
    assert found is not None
    assert theirs.submit(found[1], verdict="justified", remark="Memang perlu").status_code == 303
    assert "Memang perlu" in theirs.get("/kaca").text
    clock.advance(3000)
    hers = signed_in(app.test_client(), she)  # her session has gone to sleep meanwhile
    assert hers.get(f"/kasus/{case_id}/catatan").status_code == 404
    assert NAME not in hers.get(f"/kasus/{case_id}").text


def test_an_administrator_sees_that_it_happened_but_not_why(
    app: Flask, case_id: uuid.UUID, coordinator: Principal
) -> None:
    broken(case_id, coordinator)
    browser: OutsideClient = signed_in(app.test_client(), make_staff("administrator"))
    page = browser.get("/kaca").text
    assert coordinator.email in page
    assert REASON not in page
    assert audited("break_glass.read") == []


def test_reading_a_reason_is_on_record(app: Flask, case_id: uuid.UUID, coordinator: Principal) -> None:
    opening = broken(case_id, coordinator)
    reader = make_staff("coordinator")
    signed_in(app.test_client(), reader).get("/kaca")
    assert [(e.actor_id, e.object_id) for e in audited("break_glass.read")] == [(reader.id, opening)]


def test_it_asks_for_a_fresh_factor() -> None:
    assert needs_fresh(frozenset({Role.COORDINATOR}), "break_glass.open")
