"""Who may open the sealed texts of a dispatch, and until when."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tesa.accounts.models import AuditEntry
from tesa.core.db import db
from tesa.core.errors import NotFound
from tesa.core.transactions import transaction
from tesa.outreach.actions.read_words import read_words
from tesa.outreach.queries import locked
from tesa.outreach.rules.lifecycle import Mover, State
from tesa.outreach.sealing import Words
from tests.outreach.night import Night


@pytest.mark.parametrize(
    ("way", "who", "opens"),
    [
        ((), set(), False),
        ((), {Mover.REQUESTER}, True),
        ((), {Mover.COORDINATOR}, True),
        ((State.EN_ROUTE,), {Mover.ASSIGNED}, True),
        ((State.ON_SCENE, State.CLEARED), {Mover.ASSIGNED}, False),
        ((State.ON_SCENE, State.CLEARED), {Mover.ASSIGNED, Mover.COORDINATOR}, True),
        ((State.STOOD_DOWN,), {Mover.ASSIGNED}, False),
    ],
)
def test_who_may(night: Night, way: tuple[State, ...], who: set[Mover], opens: bool) -> None:
    worker = night.worker()
    dispatch_id = night.raised("P1", place="Gang Buntu", known="anak", safety="anjing")
    night.presses(worker, "1")
    for state in way:
        night.moved(dispatch_id, state, *Mover)
    with night.app.app_context():
        with transaction():
            dispatch = locked(dispatch_id)
            assert dispatch is not None
            if opens:
                assert read_words(dispatch, frozenset(who), worker.id, night.now) == Words(
                    "Gang Buntu", "anak", "anjing"
                )
            else:
                with pytest.raises(NotFound):
                    read_words(dispatch, frozenset(who), worker.id, night.now)
        recorded = db.session.scalars(select(AuditEntry.actor_id).where(AuditEntry.act == "dispatch.read")).all()
    assert recorded == ([worker.id] if opens else [])
