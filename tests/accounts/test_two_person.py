"""Acts that nobody does alone: proposed by one, approved by another, carried out once."""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from tesa.accounts.actions.renew_link import ENROLMENT, renew_link
from tesa.accounts.actions.save_account import Details, save_account, waiting_roles
from tesa.accounts.models import Notice, Proposal
from tesa.accounts.permissions import needs_fresh
from tesa.accounts.proposal_kinds import CLINICAL_ROLE
from tesa.accounts.public import Principal, Role, StaffMember, member
from tesa.accounts.two_person import (
    PENDING_FOR,
    ProposalKind,
    add_kinds,
    approve,
    expire_proposals,
    listed,
    open_of,
    propose,
    reasons,
    redeem,
    reject,
)
from tesa.core.db import db
from tesa.core.errors import Conflict, NotAllowed, NotFound, Refusal, RuleBroken
from tesa.core.transactions import transaction
from tests.accounts.making import NOW, make_enrolled, trail
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in
from tests.support.principals import as_principal

REASON = "Ia menggantikan rekan yang pindah tugas"
KIND, PERMIT = "test.act", "test.permit"


@pytest.fixture(autouse=True)
def _clock(now: MovedClock) -> None:
    """Time stands still."""


@pytest.fixture
def done(app: Flask) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """What has been carried out: (object, approver). Proposed by administrators, approved by coordinators."""
    carried: list[tuple[uuid.UUID, uuid.UUID]] = []
    acts = {"act": "account.clinical_role", "approve_act": "account.clinical_role.approve"}
    add_kinds(
        app,
        [
            ProposalKind(
                KIND,
                **acts,
                carry_out=lambda p, by, _now: carried.append((p.object_id, by)),
                describe=lambda _p: "Tindakan uji",
                barred=lambda p: [p.object_id],
            ),
            ProposalKind(PERMIT, **acts, carry_out=None, describe=lambda _p: "Izin uji", permit_for=timedelta(hours=2)),
        ],
    )
    return carried


@pytest.fixture
def admin(app: Flask) -> Principal:
    return as_principal(make_staff("administrator"))


@pytest.fixture
def coordinator(app: Flask) -> Principal:
    return as_principal(make_staff("coordinator"))


def proposed(by: Principal, object_id: uuid.UUID | None = None, kind: str = KIND, now: datetime = NOW) -> uuid.UUID:
    with transaction():
        return propose(kind, object_id or uuid.uuid4(), REASON, by, now)


def answered(
    act: Callable[..., None], proposal_id: uuid.UUID, by: Principal, now: datetime = NOW, words: str = ""
) -> None:
    with transaction():
        act(proposal_id, by, now, words)


def state_of(proposal_id: uuid.UUID) -> str:
    db.session.expire_all()
    state = db.session.get_one(Proposal, proposal_id).state
    db.session.rollback()
    return state


Done = list[tuple[uuid.UUID, uuid.UUID]]


def test_what_another_approves_is_carried_out(done: Done, admin: Principal, coordinator: Principal) -> None:
    thing = uuid.uuid4()
    proposal_id = proposed(admin, thing)
    assert done == []
    answered(approve, proposal_id, coordinator)
    assert done == [(thing, coordinator.id)]
    assert state_of(proposal_id) == "carried_out"
    acts = ["proposal.proposed", "proposal.approved", "proposal.carried_out"]
    assert [(e.act, e.actor_id, e.object_id) for e in trail(*acts)] == [
        ("proposal.proposed", admin.id, thing),
        ("proposal.approved", coordinator.id, thing),
        ("proposal.carried_out", coordinator.id, thing),
    ]
    told = {(n.account_id, n.kind) for n in db.session.scalars(select(Notice))}
    assert told == {(coordinator.id, "proposal.new"), (admin.id, "proposal.answered")}


def test_nobody_approves_her_own(done: Done, coordinator: Principal) -> None:
    both = as_principal(make_staff("administrator", "coordinator"))
    proposal_id = proposed(both)
    for act in (approve, reject):
        with pytest.raises(RuleBroken, match="orang lain"):
            answered(act, proposal_id, both, words="ya")
    assert (done, state_of(proposal_id)) == ([], "pending")


def test_nobody_approves_what_concerns_herself(done: Done, admin: Principal, coordinator: Principal) -> None:
    proposal_id = proposed(admin, coordinator.id)
    with pytest.raises(RuleBroken, match="Anda sendiri"):
        answered(approve, proposal_id, coordinator)
    assert done == []


@pytest.mark.parametrize("role", ["administrator", "psychologist", "outreach"])
def test_who_may_not_answer_finds_nothing(done: Done, admin: Principal, role: str) -> None:
    other = as_principal(make_staff(role))
    proposal_id = proposed(admin)
    for act, wanted in ((approve, proposal_id), (reject, proposal_id), (approve, uuid.uuid4())):
        with pytest.raises(NotFound):
            answered(act, wanted, other, words="ya")
    assert (done, state_of(proposal_id)) == ([], "pending")


def test_an_answer_is_final(done: Done, admin: Principal, coordinator: Principal) -> None:
    second = as_principal(make_staff("coordinator"))
    approved, rejected = proposed(admin), proposed(admin)
    answered(approve, approved, coordinator)
    answered(reject, rejected, coordinator, words="Belum perlu")
    for proposal_id in (approved, rejected):
        for act in (approve, reject):
            with pytest.raises(Conflict, match="sudah dijawab"):
                answered(act, proposal_id, second, words="ya")
    assert len(done) == 1


def test_a_no_needs_words(done: Done, admin: Principal, coordinator: Principal) -> None:
    proposal_id = proposed(admin)
    with pytest.raises(RuleBroken, match="ditolak"):
        answered(reject, proposal_id, coordinator, words="  ")
    answered(reject, proposal_id, coordinator, words="Belum perlu")
    assert [e.act for e in trail("proposal.rejected")] == ["proposal.rejected"]
    with transaction():
        words = reasons(listed(admin, NOW), admin, NOW)[proposal_id]
    assert (words.reason, words.answer) == (REASON, "Belum perlu")


def test_what_waits_too_long_lapses(done: Done, admin: Principal, coordinator: Principal) -> None:
    thing = uuid.uuid4()
    proposal_id = proposed(admin, thing)
    with pytest.raises(Conflict, match="lewat waktu"):
        answered(approve, proposal_id, coordinator, NOW + PENDING_FOR)
    with transaction():
        expire_proposals(NOW + PENDING_FOR - timedelta(seconds=1))
    assert state_of(proposal_id) == "pending"
    with transaction():
        expire_proposals(NOW + PENDING_FOR)
    assert state_of(proposal_id) == "expired"
    assert [e.object_id for e in trail("proposal.expired")] == [thing]
    assert done == []


def test_one_open_proposal_of_a_kind_for_a_thing(done: Done, admin: Principal, coordinator: Principal) -> None:
    thing = uuid.uuid4()
    first = proposed(admin, thing)
    with pytest.raises(Conflict, match="masih menunggu"):
        proposed(admin, thing)
    proposed(admin, thing, PERMIT)
    proposed(admin, thing, now=NOW + PENDING_FOR)
    assert state_of(first) == "expired"


@pytest.mark.parametrize("reason", ["", " " * 40, "sembilan belas hrf.", "x" * 2001])
def test_a_reason_is_neither_empty_nor_endless(done: Done, admin: Principal, reason: str) -> None:
    with pytest.raises(RuleBroken, match="20"), transaction():
        propose(KIND, uuid.uuid4(), reason, admin, NOW)


def test_who_may_not_propose_does_not(done: Done, coordinator: Principal) -> None:
    with pytest.raises(NotAllowed):
        proposed(coordinator)


def test_an_act_that_fails_leaves_the_proposal_waiting(
    app: Flask, done: Done, admin: Principal, coordinator: Principal
) -> None:
    def fails(*_anything: object) -> None:
        raise RuleBroken("tidak jadi")

    acts = {"act": "account.clinical_role", "approve_act": "account.clinical_role.approve"}
    add_kinds(app, [ProposalKind("test.fails", **acts, carry_out=fails, describe=lambda _p: "Gagal")])
    proposal_id = proposed(admin, kind="test.fails")
    with pytest.raises(RuleBroken, match="tidak jadi"):
        answered(approve, proposal_id, coordinator)
    assert state_of(proposal_id) == "pending"
    assert trail("proposal.approved", "proposal.carried_out") == []


def at_once(app: Flask, acts: list[Callable[[], object]]) -> list[str]:
    """Each act in a thread and a transaction of its own, all at the same moment; how each ended."""
    start, ends = threading.Barrier(len(acts)), ["?"] * len(acts)

    def run(i: int) -> None:
        with app.app_context():
            start.wait()
            try:
                with transaction():
                    acts[i]()
                ends[i] = "done"
            except Refusal as refusal:
                ends[i] = type(refusal).__name__
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def test_two_who_approve_at_the_same_moment_carry_it_out_once(app: Flask, done: Done, admin: Principal) -> None:
    people = [as_principal(make_staff("coordinator")) for _ in range(4)]
    proposal_id = proposed(admin)
    ends = at_once(app, [lambda who=who: approve(proposal_id, who, NOW) for who in people])  # type: ignore[misc]
    assert ends == ["Conflict", "Conflict", "Conflict", "done"]
    assert len(done) == 1
    assert len(trail("proposal.carried_out")) == 1


def test_the_same_proposed_at_the_same_moment_waits_once(app: Flask, done: Done) -> None:
    people = [as_principal(make_staff("administrator")) for _ in range(4)]
    thing = uuid.uuid4()
    ends = at_once(app, [lambda who=who: propose(KIND, thing, REASON, who, NOW) for who in people])  # type: ignore[misc]
    assert ends == ["Conflict", "Conflict", "Conflict", "done"]


# -- permits
def test_a_permit_is_taken_once_by_its_proposer_in_time(
    app: Flask, done: Done, admin: Principal, coordinator: Principal
) -> None:
    thing = uuid.uuid4()
    proposal_id = proposed(admin, thing, PERMIT)
    with pytest.raises(NotFound), transaction():
        redeem(PERMIT, thing, admin, NOW)
    answered(approve, proposal_id, coordinator)
    assert state_of(proposal_id) == "approved"
    other = as_principal(make_staff("administrator"))
    for who, now in ((other, NOW), (coordinator, NOW), (admin, NOW + timedelta(hours=2))):
        with pytest.raises(NotFound), transaction():
            redeem(PERMIT, thing, who, now)
    ends = at_once(app, [lambda: redeem(PERMIT, thing, admin, NOW)] * 4)
    assert ends == ["NotFound", "NotFound", "NotFound", "done"]
    assert state_of(proposal_id) == "carried_out"
    with pytest.raises(NotFound), transaction():
        redeem(PERMIT, thing, admin, NOW)


# -- clinical roles
def details(person: StaffMember, *roles: Role) -> Details:
    return Details(person.email, person.name, person.phone or "", frozenset(roles))


@pytest.mark.parametrize("role", [Role.PSYCHOLOGIST, Role.COORDINATOR])
@pytest.mark.parametrize("herself", [True, False])
def test_an_administrator_gives_no_clinical_role_alone(
    app: Flask, admin: Principal, coordinator: Principal, role: Role, herself: bool
) -> None:
    person = member(admin.id) if herself else make_staff("outreach", "administrator")
    assert person is not None
    wanted = details(person, Role.ADMINISTRATOR, Role.OUTREACH, role)
    with transaction():
        save_account(wanted, admin.id, NOW)
    assert role not in as_member(person).roles
    assert Role.OUTREACH in as_member(person).roles
    assert waiting_roles(person.id, wanted) == {role}
    with transaction():
        proposal_id = propose(CLINICAL_ROLE, person.id, REASON, admin, NOW, roles=str(role))
    answered(approve, proposal_id, coordinator)
    assert role in as_member(person).roles
    assert [(e.actor_id, e.details) for e in trail("staff.role")] == [(coordinator.id, f'{{"roles":"{role}"}}')]


def as_member(person: StaffMember) -> StaffMember:
    db.session.rollback()
    db.session.expire_all()
    found = member(person.id)
    assert found is not None
    return found


def test_who_would_get_the_role_does_not_approve_it(app: Flask, admin: Principal, coordinator: Principal) -> None:
    with transaction():
        proposal_id = propose(CLINICAL_ROLE, coordinator.id, REASON, admin, NOW, roles="psychologist")
    with pytest.raises(RuleBroken, match="Anda sendiri"):
        answered(approve, proposal_id, coordinator)


def test_a_role_for_somebody_who_has_left_is_not_given(app: Flask, admin: Principal, coordinator: Principal) -> None:
    gone = make_staff("outreach", active=False)
    with transaction():
        proposal_id = propose(CLINICAL_ROLE, gone.id, REASON, admin, NOW, roles="psychologist")
    with pytest.raises(RuleBroken, match="tidak aktif"):
        answered(approve, proposal_id, coordinator)


def test_an_administrator_does_not_get_rid_of_the_last_coordinator(
    app: Flask, admin: Principal, coordinator: Principal
) -> None:
    last = member(coordinator.id)
    assert last is not None
    for change in (details(last, Role.OUTREACH), Details(last.email, last.name, "", last.roles, active=False)):
        with pytest.raises(RuleBroken, match="koordinator"), transaction():
            save_account(change, admin.id, NOW)
    assert as_member(last).roles == {Role.COORDINATOR}


# -- pages
def test_the_page_of_staff_sends_the_clinical_role_to_a_coordinator(app: Flask, coordinator: Principal) -> None:
    admin, person = make_staff("administrator"), make_staff("outreach")
    browser = signed_in(app.test_client(), admin)
    form = {"name": "Nama Baru", "email": person.email, "phone": person.phone, "gender": "P", "roles": ["outreach", "psychologist"],
            "languages": "id", "active": "y"}  # fmt: skip
    refused = browser.submit(f"/staf/{person.id}", **form)
    assert refused.status_code == 422
    assert "Tulis alasannya" in refused.text
    assert as_member(person).name != "Nama Baru"
    answer = browser.submit(f"/staf/{person.id}", **form, reason=REASON)
    assert answer.status_code == 303
    assert (as_member(person).name, as_member(person).roles) == ("Nama Baru", {Role.OUTREACH})
    assert "menunggu persetujuan koordinator" in browser.get("/staf").text
    again = browser.submit(f"/staf/{person.id}", **form, reason=REASON)
    assert again.status_code == 409
    other = signed_in(app.test_client(), make_staff("coordinator"))
    page = other.get("/persetujuan").text
    assert person.email in page
    assert REASON in page
    found = re.search(r"/persetujuan/[0-9a-f-]{36}/setujui", page)
    assert found is not None
    assert browser.submit(found[0]).status_code == 404
    assert other.submit(found[0]).status_code == 303
    assert as_member(person).roles == {Role.OUTREACH, Role.PSYCHOLOGIST}
    assert other.submit(found[0]).status_code == 409


def test_reading_a_reason_is_on_record(app: Flask, done: Done, admin: Principal) -> None:
    proposal_id = proposed(admin)
    reader = make_staff("coordinator")
    signed_in(app.test_client(), reader).get("/persetujuan")
    assert [(e.actor_id, e.details) for e in trail("proposal.read")] == [(reader.id, f'{{"proposal":"{proposal_id}"}}')]


def test_a_reason_about_a_case_is_not_for_administrators(app: Flask, done: Done) -> None:
    both, reader = as_principal(make_staff("administrator", "coordinator")), as_principal(make_staff("administrator"))
    with transaction():
        proposal_id = propose(KIND, uuid.uuid4(), REASON, both, NOW, case_id=uuid.uuid4())
        mine = [p for p in listed(both, NOW) if p.id == proposal_id]
        assert reasons(mine, both, NOW)[proposal_id].reason == REASON
        assert reasons(mine, reader, NOW)[proposal_id].reason == ""


def test_answering_asks_for_a_fresh_factor() -> None:
    assert needs_fresh(frozenset({Role.COORDINATOR}), "proposal.answer")


# -- a new way in
def test_a_new_link_for_somebody_who_has_a_password_takes_two(
    app: Flask, admin: Principal, coordinator: Principal
) -> None:
    person = make_enrolled().member
    with transaction():
        assert renew_link(person.id, REASON, admin, NOW) is None
    known = open_of(ENROLMENT, person.id, NOW)
    assert known is not None
    with pytest.raises(Conflict), transaction():
        renew_link(person.id, REASON, admin, NOW)
    answered(approve, known.id, coordinator)
    with transaction():
        assert renew_link(person.id, "", admin, NOW)
    with pytest.raises(RuleBroken), transaction():
        renew_link(person.id, "", admin, NOW)
    kinds = list(db.session.scalars(select(Notice.kind).where(Notice.account_id == person.id)))
    assert kinds == ["account.new_link"] * 2


def test_who_has_no_password_yet_gets_a_link_at_once(app: Flask, admin: Principal, coordinator: Principal) -> None:
    person = make_staff()
    with transaction():
        assert renew_link(person.id, "", admin, NOW)


def test_without_any_coordinator_there_is_nobody_to_ask(app: Flask, admin: Principal) -> None:
    person = make_enrolled("administrator").member
    with transaction():
        assert renew_link(person.id, "", admin, NOW)


def test_the_pages_of_a_new_link(app: Flask, coordinator: Principal) -> None:
    browser, person = signed_in(app.test_client(), make_staff("administrator")), make_enrolled().member
    path = f"/staf/{person.id}/tautan"
    assert path in browser.get("/staf").text
    assert "mengambil alih" in browser.get(path).text
    assert browser.submit(path).status_code == 422
    assert browser.submit(path, reason="pendek").status_code == 422
    assert browser.submit(path, reason=REASON).location == path
    assert "menunggu koordinator" in browser.get(path).text
    known = open_of(ENROLMENT, person.id, NOW)
    assert known is not None
    answered(approve, known.id, coordinator)
    assert "Buat tautan" in browser.get(path).text
    assert re.search(r"/enrol/[\w-]{43}", browser.submit(path, reason="-").text)
    assert not re.search(r"/enrol/[\w-]{43}", browser.submit(path, reason="-").text)
