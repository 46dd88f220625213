"""Take a whole rota from a file: all of its rows or none."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask_babel import gettext as _
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from tesa.accounts import audit
from tesa.accounts.public import Role, StaffMember, with_role
from tesa.core.db import db, new_id
from tesa.core.errors import RuleBroken
from tesa.psychologists import queries
from tesa.psychologists.actions.change_presence import ensure_presence
from tesa.psychologists.actions.check_assignment import as_refusal
from tesa.psychologists.events import RotaChanged, rota_changed
from tesa.psychologists.models import Assignment
from tesa.psychologists.rules import rota_file
from tesa.psychologists.rules.rota import Source, Status, role_flaw, usual_line
from tesa.psychologists.rules.rota_file import Complaint, FileFlaw

ROLES_ON_THE_ROTA = (Role.PSYCHOLOGIST, Role.COORDINATOR, Role.OUTREACH)


class RotaRefused(RuleBroken):
    """The file has faults; nothing of it was taken. `complaints` holds them all, by line."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        super().__init__(_("Berkas jadwal ditolak seluruhnya. Perbaiki baris-baris ini, lalu coba lagi."))
        self.complaints = sorted(complaints, key=lambda c: c.number)


@dataclass(frozen=True)
class Imported:
    """How many assignments were added, and how many rows were on the rota already."""

    added: int
    known: int


@dataclass(frozen=True, order=True)
class _Wish:
    """A row of the file, or (number 0) a duty that is on the rota."""

    account_id: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    number: int
    line: str
    tier: int

    @property
    def key(self) -> tuple[object, ...]:
        return (self.account_id, self.starts_at, self.ends_at, self.line, self.tier)


def import_rota(content: bytes, by: uuid.UUID | None, now: datetime) -> Imported:
    """Add the assignments of a CSV file (see rules/rota_file.py). Rows that are on the rota already are passed over.

    Raises RotaRefused with every complaint and its line; Conflict when somebody else was faster with another duty.
    """
    text = rota_file.decode(content)
    if text is None:
        raise RotaRefused([Complaint(1, FileFlaw.NOT_TEXT)])
    rows, complaints = rota_file.read(text)
    people = {person.email: person for role in ROLES_ON_THE_ROTA for person in with_role(role)}
    wishes: list[_Wish] = []
    for row in rows:
        found = _wish(row, people.get(row.email))
        if isinstance(found, Complaint):
            complaints.append(found)
        else:
            wishes.append(found)
    there = _on_the_rota(wishes)
    known = {wish.key for wish in there}
    new = [wish for wish in wishes if wish.key not in known]
    complaints += _overlaps(new, there)
    if complaints:
        raise RotaRefused(complaints)
    _insert(new, by, now)
    rota_changed.send(RotaChanged(now))
    digest = hashlib.sha256(content).hexdigest()
    audit.record(by, "rota.import", "rota", None, now, added=len(new), known=len(wishes) - len(new), sha256=digest)
    return Imported(len(new), len(wishes) - len(new))


def _wish(row: rota_file.FileRow, person: StaffMember | None) -> _Wish | Complaint:
    if person is None:
        return Complaint(row.number, FileFlaw.UNKNOWN_PERSON, row.email[:80])
    line = row.line or usual_line(person.roles)
    flaw = role_flaw(line, row.tier, person.roles)
    if flaw is not None:
        return Complaint(row.number, flaw)
    return _Wish(person.id, row.starts_at, row.ends_at, row.number, line, row.tier)


def _on_the_rota(wishes: Sequence[_Wish]) -> list[_Wish]:
    if not wishes:
        return []
    start, end = min(w.starts_at for w in wishes), max(w.ends_at for w in wishes)
    found = queries.shifts(start, end, {w.account_id for w in wishes})
    return [_Wish(s.account_id, s.starts_at, s.ends_at, 0, s.line, s.tier) for s in found]


def _overlaps(new: Iterable[_Wish], there: Iterable[_Wish]) -> Iterator[Complaint]:
    """A complaint for each new duty that meets another of the same person: one sweep along each person's time."""
    for _person, duties in groupby(sorted([*new, *there]), key=lambda w: w.account_id):
        last: _Wish | None = None
        for duty in duties:
            if last is not None and duty.starts_at < last.ends_at and (duty.number or last.number):
                yield _clash(*sorted((last, duty), key=lambda w: w.number))
            if last is None or duty.ends_at > last.ends_at:
                last = duty


def _clash(first: _Wish, second: _Wish) -> Complaint:
    if first.number:
        return Complaint(second.number, FileFlaw.OVERLAPS_LINE, str(first.number))
    zone = second.starts_at.tzinfo  # the file's own, so that the times can be compared
    times = (first.starts_at.astimezone(zone), first.ends_at.astimezone(zone))
    return Complaint(second.number, FileFlaw.OVERLAPS_ROTA, " – ".join(t.isoformat(timespec="minutes") for t in times))


def _insert(new: Sequence[_Wish], by: uuid.UUID | None, now: datetime) -> None:
    if not new:
        return
    ensure_presence({wish.account_id for wish in new}, now)
    rest = {"source": Source.IMPORT, "status": Status.PLANNED, "sequence": 0}
    written = {"created_by": by, "created_at": now, "changed_at": now}
    values = [
        {
            "id": new_id(), "account_id": w.account_id, "line": w.line, "tier": w.tier,
            "starts_at": w.starts_at, "ends_at": w.ends_at, **rest, **written,
        }
        for w in new
    ]  # fmt: skip
    try:
        db.session.execute(insert(Assignment), values)
    except IntegrityError as error:
        raise as_refusal(error) from error
