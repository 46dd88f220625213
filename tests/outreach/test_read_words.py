"""Who may open the sealed texts of a dispatch, and until when."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tesa.accounts.models import AuditEntry
from tesa.accounts.rules.policy import Standing
from tesa.core.db import db
from tesa.core.errors import NotFound
from tesa.core.transactions import transaction
from tesa.outreach.actions.read_words import read_words
from tesa.outreach.queries import locked
from tesa.outreach.rules.lifecycle import State
from tesa.outreach.sealing import Words
from tests.outreach.night import COORDINATOR, REQUESTER, STRANGER, WORKER, Night

BOTH = Standing(WORKER.roles | COORDINATOR.roles, WORKER.relations | COORDINATOR.relations)


@pytest.mark.parametrize(
    ("way", "who", "opens"),
    [
        ((), STRANGER, False),
        ((), REQUESTER, True),
        ((), COORDINATOR, True),
        ((State.EN_ROUTE,), WORKER, True),
        ((State.ON_SCENE, State.CLEARED), WORKER, False),
        ((State.ON_SCENE, State.CLEARED), BOTH, True),
        ((State.STOOD_DOWN,), WORKER, False),
    ],
)
def test_who_may(night: Night, way: tuple[State, ...], who: Standing, opens: bool) -> None:
    worker = night.worker()
    dispatch_id = night.raised("P1", place="Gang Buntu", known="anak", safety="anjing")
    night.presses(worker, "1")
    for state in way:
        night.moved(dispatch_id, state, BOTH)
    with night.app.app_context():
        with transaction():
            dispatch = locked(dispatch_id)
            assert dispatch is not None
            if opens:
                assert read_words(dispatch, who, worker.id, night.now) == Words("Gang Buntu", "anak", "anjing")
            else:
                with pytest.raises(NotFound):
                    read_words(dispatch, who, worker.id, night.now)
        recorded = db.session.scalars(select(AuditEntry.actor_id).where(AuditEntry.act == "dispatch.read")).all()
    assert recorded == ([worker.id] if opens else [])
