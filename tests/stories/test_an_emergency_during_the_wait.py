"""She presses 0: everybody rings, and a dispatch is under way before anyone has answered."""

from __future__ import annotations

from sqlalchemy import select

from tesa.core.db import db
from tesa.outreach.models import Dispatch
from tests.stories.line import Hotline


def test_key_0(hotline: Hotline) -> None:
    people = [hotline.psychologist() for _ in range(3)] + [hotline.psychologist(tier=2)]
    worker = hotline.someone("outreach")
    caller = hotline.calls()
    hotline.pass_seconds(1)
    hotline.keys(caller, "0")
    assert "satu satu dua" in caller.heard[-1]
    assert hotline.contact(caller).risk == "emergency"
    assert [d.priority for d in db.session.scalars(select(Dispatch))] == ["P1"]
    hotline.pass_seconds(4)
    assert {p.number for p in people} <= set(hotline.gateway.rung), "everybody at second 4"
    assert hotline.rings(worker.number) == 1


def test_key_0_twice_is_one_dispatch(hotline: Hotline) -> None:
    hotline.someone("outreach")
    caller = hotline.calls()
    hotline.keys(caller, "0")
    hotline.keys(caller, "0")
    assert len(list(db.session.scalars(select(Dispatch)))) == 1


def test_hanging_up_in_an_emergency_leaves_a_task_even_without_a_number(hotline: Hotline) -> None:
    caller = hotline.calls("anonymous")
    hotline.keys(caller, "0")
    hotline.hangs_up(caller)
    assert hotline.contact(caller).state == "call_back"


def test_key_1_wishes_for_a_woman(hotline: Hotline) -> None:
    man = hotline.psychologist(gender="L")
    woman = hotline.psychologist(gender="P")
    for _ in range(1):
        caller = hotline.calls()
        hotline.keys(caller, "1")
        hotline.pass_seconds(4)
        assert hotline.gateway.rung == [woman.number]
        hotline.pass_seconds(5)
        assert hotline.rings(man.number) == 1, "the wish orders, it never blocks"
