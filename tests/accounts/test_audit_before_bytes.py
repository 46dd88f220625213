"""No page gives a caller's words away before the trail says who is given them: every GET rule, asked by everybody."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from flask import Flask, url_for
from sqlalchemy import func, select, update

from tesa.accounts.models import AuditEntry
from tesa.accounts.permissions import guard_of
from tesa.accounts.public import StaffMember
from tesa.cases.actions.save_draft import Subject, save_draft
from tesa.cases.actions.set_safe_contact import set_safe_contact
from tesa.cases.actions.write_note import write_note
from tesa.cases.models import Case
from tesa.cases.rules.safe_contact import Answer, SafeAnswers
from tesa.core.db import db, new_id
from tesa.core.transactions import transaction
from tesa.intake.models import Contact
from tesa.outreach.actions.raise_dispatch import raise_dispatch
from tesa.outreach.models import Dispatch
from tests.accounts.making import NOW
from tests.cases.making import make_case
from tests.support.client import OutsideClient
from tests.support.moved_clock import MovedClock
from tests.support.people import make_staff, signed_in
from tests.support.twilio import Twilio

NAME, ALIAS, HOURS, CODE_WORD = "Penanda Nama", "Penanda Panggilan", "Penanda Jam", "Penanda Sandi"
NOTE, DRAFT, NOTE_DRAFT = "Penanda Catatan", "Penanda Draf", "Penanda Ubahan"
BODY, PLACE, KNOWN, SAFETY = "Penanda Pesan", "Penanda Tempat", "Penanda Diketahui", "Penanda Bahaya"
NUMBERS = ("81234567801", "81234567802")  # of the case's person, of the contact
POLL = {"HX-Request": "true", "HX-Poll": "true"}
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@dataclass
class Scene:
    """One of everything, and whose it is."""

    people: dict[str, StaffMember]
    ids: dict[str, list[uuid.UUID]] = field(default_factory=dict)
    markers: dict[str, set[uuid.UUID]] = field(default_factory=dict)  # and the things that hold them

    def mark(self, thing: uuid.UUID, *markers: str, also: uuid.UUID | None = None) -> None:
        for marker in markers:
            self.markers.setdefault(marker, set()).update({thing} | ({also} if also else set()))


@pytest.fixture
def scene(app: Flask, now: MovedClock, twilio: Twilio) -> Scene:
    owner, worker = make_staff(), make_staff("outreach")
    people = {"owner": owner, "worker": worker, "coordinator": make_staff("coordinator")}
    people |= {"administrator": make_staff("administrator"), "stranger": make_staff()}
    made = Scene(people)
    case_id = _case(made, owner)
    contact_id, linked = _contact(made, owner, twilio, None), _contact(made, owner, twilio, case_id)
    _dispatch(made, owner, worker, contact_id)
    made.ids |= {"case_id": [case_id], "contact_id": [contact_id, linked]}
    made.ids |= {"account_id": [owner.id], "session_id": [new_id()]}
    return made


def _case(made: Scene, owner: StaffMember) -> uuid.UUID:
    case_id = make_case(owner, number=f"+62{NUMBERS[0]}", name=NAME, alias=ALIAS)
    with transaction():
        note_id = write_note(case_id, None, NOTE, owner, NOW)
        answers = SafeAnswers(Answer.YES, Answer.YES, HOURS, CODE_WORD)
        set_safe_contact(case_id, answers, owner, NOW)
        save_draft(Subject(case_id, case_id), DRAFT, owner.id, 0, NOW)
        save_draft(Subject(note_id, case_id), NOTE_DRAFT, owner.id, 0, NOW)
    person_id = db.session.scalars(select(Case.person_id)).one()
    made.mark(case_id, NAME, ALIAS, HOURS, CODE_WORD, NUMBERS[0], also=person_id)
    made.mark(note_id, NOTE)
    made.markers |= {DRAFT: set(), NOTE_DRAFT: set()}  # whose entries name the draft: any draft.read will do
    made.ids["note_id"] = [note_id]
    return case_id


def _contact(made: Scene, owner: StaffMember, twilio: Twilio, case_id: uuid.UUID | None) -> uuid.UUID:
    twilio.message(BODY, sender=f"+62{NUMBERS[0 if case_id else 1]}")
    with transaction():
        contact_id = db.session.scalars(select(Contact.id).where(Contact.psychologist_id.is_(None))).one()
        values = {"psychologist_id": owner.id, "state": "in_progress", "case_id": case_id}
        db.session.execute(update(Contact).where(Contact.id == contact_id).values(values))
    made.mark(contact_id, BODY, NUMBERS[0 if case_id else 1])
    made.markers[NAME].add(contact_id)  # the contact's page may name whom the number belongs to; that is read there
    made.markers[ALIAS].add(contact_id)
    return contact_id


def _dispatch(made: Scene, owner: StaffMember, worker: StaffMember, contact_id: uuid.UUID) -> None:
    with transaction():
        dispatch_id = raise_dispatch(
            contact_id=contact_id, case_id=None, priority="P2", requested_by=owner.id, source="psychologist",
            now=NOW, place=PLACE, known=KNOWN, safety=SAFETY,
        )  # fmt: skip
    with transaction():
        values = {"acknowledged_by": worker.id, "acknowledged_as": "worker", "state": "acknowledged"}
        db.session.execute(update(Dispatch).where(Dispatch.id == dispatch_id).values(values))
    made.mark(dispatch_id, PLACE, KNOWN, SAFETY)
    made.ids["dispatch_id"] = [dispatch_id]


def addresses(app: Flask, scene: Scene) -> Iterator[str]:
    """Every GET rule that is for staff, with each thing of the scene in it, and with some questions."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" not in (rule.methods or ()) or guard_of(rule.endpoint).kind != "act":
                continue
            names = sorted(rule.arguments)
            for things in zip(*(_things(scene, name) for name in names), strict=False) if names else [()]:
                url = url_for(rule.endpoint, **dict(zip(names, things, strict=True)))
                yield url
                if rule.endpoint == "outreach.request":
                    yield from (f"{url}?kontak={contact}" for contact in scene.ids["contact_id"])
                if rule.endpoint in ("intake.inbox", "cases.index"):
                    yield from (f"{url}?tab={tab}" for tab in ("waiting", "mine", "all", "open", "closed"))


def _things(scene: Scene, name: str) -> list[object]:
    return list(scene.ids.get(name, [new_id()])) * (1 if name == "contact_id" else 2)


def newest() -> int:
    seq = db.session.scalar(select(func.max(AuditEntry.seq))) or 0
    db.session.rollback()
    return seq


@pytest.mark.parametrize("headers", [{}, PART, POLL], ids=["page", "part", "poll"])
def test_whoever_is_given_a_callers_words_stands_in_the_trail(
    app: Flask, scene: Scene, headers: dict[str, str]
) -> None:
    given: dict[str, set[str]] = {}
    for name, person in scene.people.items():
        for url in addresses(app, scene):
            client = signed_in(app.test_client(), person)  # a session that has opened nothing yet
            assert isinstance(client, OutsideClient)
            before = newest()
            response = client.get(url, headers=headers)
            if response.mimetype == "text/event-stream":
                response.close()
                continue
            shown = {marker for marker in scene.markers if marker in response.text}
            entries = db.session.scalars(select(AuditEntry).where(AuditEntry.seq > before)).all()
            hers = [e for e in entries if e.actor_id == person.id and e.session_id is not None]
            for marker in shown:
                given.setdefault(name, set()).add(marker)
                things = scene.markers[marker]
                on_record = any(e.object_id in things or (not things and e.act == "draft.read") for e in hers)
                assert on_record, f"{name} is given {marker} by {url}, and the trail does not say so"
    everything = {NAME, ALIAS, HOURS, CODE_WORD, NOTE, DRAFT, NOTE_DRAFT, BODY, PLACE, KNOWN, SAFETY}
    assert everything <= given["owner"]
    assert {PLACE, KNOWN, SAFETY} <= given["worker"]
    assert given.get("administrator", set()) | given.get("stranger", set()) == set()
