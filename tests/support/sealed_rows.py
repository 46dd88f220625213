"""One row at least for every sealed column, made through the acts; and what is read out of all of them."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from config import Settings
from tesa.accounts.actions.finish_enrolment import offer_enrolment
from tesa.accounts.actions.save_account import Details, save_account
from tesa.accounts.actions.set_secrets import set_secrets
from tesa.accounts.models import Passkey
from tesa.accounts.public import Role, by_phone, member
from tesa.accounts.sealing import passkey_name_field
from tesa.cases.actions.open_case import open_case
from tesa.cases.actions.save_draft import Subject, save_draft
from tesa.cases.actions.set_safe_contact import set_safe_contact
from tesa.cases.actions.write_note import write_note
from tesa.cases.models import Case
from tesa.cases.public import people_of_number
from tesa.cases.rules.safe_contact import Answer, SafeAnswers
from tesa.core import clock
from tesa.core.db import UtcDateTime, db, new_id
from tesa.core.transactions import transaction
from tesa.core.vault import SealedColumn, sealed_columns, vault
from tesa.intake.actions.close_call_back import close_call_back
from tesa.intake.actions.give_up_waiting import give_up_waiting
from tesa.intake.actions.keep_oddity import keep_oddity
from tesa.intake.actions.set_flag import set_flag
from tesa.intake.file_models import SealedFile
from tesa.intake.flags import flags_on
from tesa.intake.models import CallBackTask, Contact, Message
from tesa.outreach.actions.raise_dispatch import raise_dispatch
from tests.support.twilio import Twilio

PASSWORD = "kapal gula berlayar pelan ke timur"
Words = dict[tuple[str, uuid.UUID], str | None]


class House:
    """Somebody of staff, somebody who calls, and what is written about her."""

    def __init__(self, client: FlaskClient, settings: Settings, number: int = 0) -> None:
        self.twilio = Twilio(client, settings)
        self.staff_phone, self.caller = f"+62813{number:07d}", f"+62814{number:07d}"
        self.number = number
        self.account = self._account()
        actor = member(self.account)
        assert actor is not None
        self.actor = actor
        with transaction():
            self.case = open_case(
                None, "Nama Rahasia", self.caller, None, self.account, None, clock.now(), alias="Alias Rahasia"
            )
        self.person = db.session.get_one(Case, self.case).person_id
        self._case()
        self._contacts()
        self._dispatch()
        self._others()

    def _account(self) -> uuid.UUID:
        now = clock.now()
        with transaction():
            details = Details(
                f"rotasi-{self.number}@contoh.id", "Nama Staf", self.staff_phone, frozenset({Role.PSYCHOLOGIST})
            )
            account = save_account(details, None, now)
            set_secrets(account, PASSWORD, now)
            offer_enrolment(account, None, now)
            passkey = Passkey(
                id=new_id(), account_id=account, credential_id=uuid.uuid4().bytes, public_key=b"-", sign_count=0,
                created_at=now,
            )  # fmt: skip
            passkey.name_sealed = vault.seal(passkey_name_field(passkey), "kunci di gantungan")
            db.session.add(passkey)
        return account

    def _case(self) -> None:
        now, subject = clock.now(), Subject(self.case, self.case)
        with transaction():
            set_safe_contact(self.case, SafeAnswers(Answer.YES, Answer.YES, "siang saja", "bunga"), self.actor, now)
            write_note(self.case, None, "catatan rahasia", self.actor, now)
        for window in (uuid.uuid4(), uuid.uuid4()):
            with transaction():
                save_draft(subject, f"draf {window}", self.account, 0, now, window)

    def _contacts(self) -> None:
        self.write("halo, ini rahasia")
        self.twilio.message("di sini", sender=self.caller, Latitude="-6.23", Longitude="106.99", Address="Jl. Rahasia")
        call = self.twilio.voice(caller=self.caller)
        now = clock.now()
        with transaction():
            contact = db.session.scalars(
                select(Contact).where(Contact.channel == "voice").order_by(Contact.opened_at.desc())
            ).first()
            assert contact is not None
            assert call.status_code == 200
            give_up_waiting(contact, "asked", now)
            db.session.flush()
            task = db.session.scalars(select(CallBackTask).where(CallBackTask.contact_id == contact.id)).one()
            close_call_back(task, contact, "reached", "sudah bicara dengannya", self.account, now)
            set_flag(self.caller, "nuisance", "prank", now + timedelta(days=9), contact.id, self.account, now)
            keep_oddity("voice", ("no_sid",), {"From": [self.caller]}, now)

    def _dispatch(self) -> None:
        with transaction():
            raise_dispatch(
                contact_id=None, case_id=self.case, priority="P2", requested_by=self.account, source="psychologist",
                now=clock.now(), place="Jl. Rahasia 3", known="dua anak", safety="anjing",
            )  # fmt: skip

    def _others(self) -> None:
        """A row by hand where no act above has made one: other slices may list further columns."""
        for column in sealed_columns():
            with transaction():
                stored = getattr(column.model, column.column)
                if db.session.scalars(select(column.model).where(stored.is_not(None)).limit(1)).first() is None:
                    db.session.add(self._filled(column))

    def _filled(self, column: SealedColumn) -> Any:
        contact = db.session.scalars(select(Contact.id)).first()
        known = {"account": self.account, "case_file": self.case, "person": self.person, "contact": contact}
        known["sealed_file"] = db.session.scalars(select(SealedFile.id)).first()
        row = column.model()
        for place in column.model.__table__.columns:
            if place.nullable or place.name.endswith("_sealed"):
                continue
            pointed = next(iter(place.foreign_keys), None)
            kind = datetime if isinstance(place.type, UtcDateTime) else place.type.python_type
            value: Any = {
                datetime: clock.now(),
                date: clock.now().date(),
                bool: False,
                int: 1,
                str: "x",
                bytes: b"-",
            }.get(kind, new_id())
            setattr(row, place.name, value if pointed is None else known[pointed.column.table.name])
        for listed in sealed_columns():
            if listed.model is column.model:
                setattr(row, listed.column, vault.seal(listed.field(row), f"rahasia {listed.name}"))
        return row

    def write(self, body: str) -> None:
        """A message of hers comes in."""
        assert self.twilio.message(body, sender=self.caller).status_code == 200

    def note(self, words: str) -> None:
        """A note is written."""
        with transaction():
            write_note(self.case, None, words, self.actor, clock.now())

    def is_found(self) -> None:
        """Every look-up by number finds its row; and her next message joins the conversation that is open."""
        db.session.rollback()
        found = by_phone(self.staff_phone)
        assert found is not None
        assert found.id == self.account
        assert people_of_number(self.caller) == [self.person]
        assert [flag.kind for flag in flags_on(self.caller, clock.now())] == ["nuisance"]
        before = open_conversations()
        self.write("masih saya")
        assert open_conversations() == before


def open_conversations() -> int:
    """How many contacts there are that messages belong to."""
    db.session.rollback()
    return len(set(db.session.scalars(select(Message.contact_id))))


def words() -> Words:
    """What is sealed in every row of every column: it opens, or this raises."""
    db.session.rollback()
    db.session.expire_all()
    found: Words = {}
    for column in sealed_columns():
        for row in db.session.scalars(select(column.model)):
            blob = getattr(row, column.column)
            if blob is not None:
                place = column.field(row)
                found[column.name, place.row_id] = vault.unseal(place, blob)
    db.session.rollback()
    return found


def every_column_is_filled(found: Words) -> None:
    """No column goes untested."""
    assert {name for name, _ in found} == {column.name for column in sealed_columns()}
