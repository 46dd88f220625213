"""More becomes known while a dispatch is under way."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from tesa.accounts.rules.policy import Standing
from tesa.core.errors import Conflict, NotFound, Refusal, RuleBroken
from tesa.core.transactions import transaction
from tesa.outreach.actions.amend_dispatch import Amendment, amend_dispatch
from tesa.outreach.queries import locked
from tesa.outreach.rules.lifecycle import State
from tesa.outreach.rules.priorities import Priority
from tesa.outreach.sealing import Words, unseal_words
from tests.outreach.night import REQUESTER, STRANGER, WORKER, Night

NEW = Amendment(Priority.P2, "32.75.02", wish_woman=True, words=Words("Gang Baru", "dua anak", "anjing"), revision=1)


def amend(night: Night, dispatch_id: uuid.UUID, amendment: Amendment, who: Standing = REQUESTER) -> uuid.UUID:
    actor = night.somebody("psychologist")
    with night.app.app_context():
        with transaction():
            dispatch = locked(dispatch_id)
            assert dispatch is not None
            amend_dispatch(dispatch, amendment, who, actor.id, night.now)
        night._deliver()
    return actor.id


def test_texts_are_sealed_anew_and_whoever_has_it_is_told(night: Night) -> None:
    worker = night.worker()
    dispatch = night.raised("P2", place="Gang Lama")
    night.presses(worker, "1")
    actor = amend(night, dispatch, NEW)
    row = night.dispatch(dispatch)
    assert (row.kecamatan, row.wish_woman, row.revision, row.requested_by) == ("32.75.02", True, 2, actor)
    with night.app.app_context():
        assert unseal_words(row) == NEW.words
    assert night.texted(worker)[-1].startswith("Ada perubahan pada tugas Anda.")


def test_a_higher_priority_restarts_the_clocks(night: Night) -> None:
    worker = night.worker()
    dispatch = night.raised("P2")
    night.at(5)
    amend(night, dispatch, replace(NEW, priority=Priority.P1))
    row = night.dispatch(dispatch)
    assert (row.priority, row.clock_since) == ("P1", night.now)
    assert night.rung(worker) == 2


@pytest.mark.parametrize(
    ("amendment", "who", "refusal"),
    [
        (replace(NEW, revision=0), REQUESTER, Conflict),
        (replace(NEW, priority=Priority.P3), REQUESTER, RuleBroken),
        (NEW, STRANGER, NotFound),
        (NEW, WORKER, RuleBroken),
    ],
    ids=["somebody else saved first", "lower priority", "a stranger", "the field"],
)
def test_refusals_change_nothing(night: Night, amendment: Amendment, who: Standing, refusal: type[Refusal]) -> None:
    dispatch = night.raised("P2", place="Gang Lama")
    with pytest.raises(refusal):
        amend(night, dispatch, amendment, who)
    with night.app.app_context():
        assert unseal_words(night.dispatch(dispatch)).place == "Gang Lama"


def test_what_is_over_is_not_amended(night: Night) -> None:
    dispatch = night.raised("P2")
    night.moved(dispatch, State.STOOD_DOWN, REQUESTER)
    with pytest.raises(RuleBroken):
        amend(night, dispatch, NEW)
