"""What outreach puts into the export of a case: its dispatches and what happened to them."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from tesa.accounts.public import emails
from tesa.cases.public import ExportTable, or_gone
from tesa.core.db import db
from tesa.outreach import labels
from tesa.outreach.models import Dispatch, DispatchEvent
from tesa.outreach.sealing import unseal_words
from tesa.web.filters import local_moment


def outreach_part(case_id: uuid.UUID) -> list[ExportTable]:
    """The dispatches of the case with their sealed texts, and their events, oldest first."""
    found = db.session.scalars(select(Dispatch).where(Dispatch.case_id == case_id).order_by(Dispatch.requested_at))
    dispatches = list(found)
    return [_dispatches(dispatches), _events([d.id for d in dispatches])]


def _dispatches(dispatches: list[Dispatch]) -> ExportTable:
    address = emails(d.acknowledged_by for d in dispatches if d.acknowledged_by)
    rows = [
        (
            local_moment(d.requested_at),
            labels.priority_label(d.priority),
            labels.state_label(d.state),
            address.get(d.acknowledged_by, "") if d.acknowledged_by else "",
            or_gone(lambda d=d: unseal_words(d).place),  # type: ignore[misc]
            or_gone(lambda d=d: unseal_words(d).known),  # type: ignore[misc]
            or_gone(lambda d=d: unseal_words(d).safety),  # type: ignore[misc]
        )
        for d in dispatches
    ]
    columns = (
        "Waktu / Time", "Prioritas / Priority", "Keadaan / State", "Petugas / Worker", "Tempat / Place",
        "Keterangan / What is known", "Keselamatan / Safety",
    )  # fmt: skip
    return ExportTable("penjangkauan", "Penjangkauan / Outreach", columns, rows)


def _events(dispatch_ids: list[uuid.UUID]) -> ExportTable:
    events = db.session.scalars(
        select(DispatchEvent)
        .where(DispatchEvent.dispatch_id.in_(dispatch_ids))
        .order_by(DispatchEvent.at, DispatchEvent.number)
    ).all()
    address = emails(e.actor_id for e in events if e.actor_id)
    rows = [
        (
            local_moment(e.at),
            labels.event_label(e.code, e.detail, e.to_state),
            address.get(e.actor_id, "") if e.actor_id else "",
        )
        for e in events
    ]
    columns = ("Waktu / Time", "Peristiwa / Event", "Oleh / By")
    return ExportTable("langkah-penjangkauan", "Langkah penjangkauan / Steps of outreach", columns, rows)
