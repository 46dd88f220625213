"""The whole of one case as a file, once, after another person has approved it."""

from __future__ import annotations

import csv
import io
import uuid
import zipfile
from datetime import datetime

from flask import current_app, render_template

from tesa.accounts.audit import record, sealed_hash
from tesa.accounts.notices import holders, tell
from tesa.accounts.public import Principal, Role
from tesa.accounts.two_person import redeem
from tesa.cases.actions.log_event import log_event
from tesa.cases.exporting import Part
from tesa.cases.queries import case_for
from tesa.cases.rules.export import Table, as_text
from tesa.telephony.inbound import settings

EXPORT = "case.export"
EXPORTED = "case.exported"
"""The notice to the owner and the other coordinators; its object is the case."""


def export_case(case_id: uuid.UUID, by: Principal, now: datetime) -> bytes:
    """A ZIP of one readable page and one CSV file a table; it uses up the permit that `by` was given.

    Raises NotFound without a permit that still counts, or when she may not know of the case.
    """
    case = case_for(case_id, by, EXPORT, now, lock=True)
    proposal = redeem(EXPORT, case.id, by, now)
    parts: list[Part] = current_app.extensions["tesa_export_parts"]
    tables = [table for part in parts for table in part(case.id)]
    content = _packed(tables, case.number, now)
    log_event(case, "exported", now, by.id)
    record(
        by.id, EXPORT, "case", case.id, now,
        case_id=case.id, proposal=str(proposal.id), rows=sum(len(t.rows) for t in tables), file=sealed_hash(content),
    )  # fmt: skip
    tell((holders(Role.COORDINATOR) | {case.owner_id}) - {by.id}, EXPORTED, case.id, now)
    return content


def _packed(tables: list[Table], number: str, now: datetime) -> bytes:
    out = io.BytesIO()
    stamp = now.astimezone(settings().time_zone).timetuple()[:6]
    page = render_template("cases/export.html", tables=tables, number=number, now=now)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_entry("baca.html", stamp), page)
        for table in tables:
            archive.writestr(_entry(f"{table.name}.csv", stamp), _csv(table))
    return out.getvalue()


def _entry(name: str, stamp: tuple[int, ...]) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, (stamp[0], stamp[1], stamp[2], stamp[3], stamp[4], stamp[5]))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _csv(table: Table) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow([as_text(cell) for cell in table.columns])
    writer.writerows([as_text(cell) for cell in row] for row in table.rows)
    return ("\ufeff" + out.getvalue()).encode("utf-8", "replace")
