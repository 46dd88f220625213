"""Whose turn it is among those who wait, whom she knows, and who is never rung for her."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from tesa.accounts.models import Account
from tesa.accounts.rules.roles import Role
from tesa.cases.actions.exclude import allow_again, exclude
from tesa.cases.actions.open_case import open_case
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.intake import prompts
from tesa.intake.actions.keep_away import keep_away
from tesa.intake.models import Contact, ContactEvent
from tesa.intake.queries import due_contacts, locked, standing_to
from tesa.psychologists.actions.pause import pause
from tesa.psychologists.actions.sign_on import sign_on
from tests.stories.line import Caller, Hotline, Someone

LATER = "+6281290000002"


class Actor:
    """Somebody who acts."""

    def __init__(self, person: Someone, role: Role = Role.PSYCHOLOGIST) -> None:
        self.id, self.roles = person.id, frozenset({role})


def rings_for(hotline: Hotline, caller: Caller) -> list[uuid.UUID | None]:
    """Who was rung for her, in order."""
    return [offer.account_id for offer in hotline.offers(caller)]


def case_for(hotline: Hotline, owner: Someone, number: str, risk: str | None = None) -> uuid.UUID:
    """A case of somebody who uses the number."""
    with transaction():
        return open_case(None, "", number, None, owner.id, risk, hotline.clock.now())


def codes(caller: Caller) -> list[str]:
    """What happened to her contact."""
    return list(db.session.scalars(select(ContactEvent.code).where(ContactEvent.contact_id == caller.contact_id)))


@pytest.mark.parametrize("grave", [False, True])
def test_whoever_becomes_free_is_rung_for_the_one_whose_turn_it_is(hotline: Hotline, grave: bool) -> None:
    person = hotline.psychologist()
    if grave:
        case_for(hotline, hotline.psychologist(tier=None), LATER, "high")
    with transaction():
        pause(person.id, "rest", hotline.clock.now())
    first = hotline.calls()
    for _ in range(7):  # until she stands between two rungs
        hotline.pass_seconds(10)
        hotline.waits(first)
    second = hotline.calls(LATER)
    hotline.clock.advance(2)
    with transaction():
        sign_on(person.id, hotline.clock.now())
    hotline.tick()
    mine, other = (second, first) if grave else (first, second)
    assert person.id in rings_for(hotline, mine), "a minute of waiting is before a new one, a grave case before both"
    assert person.id not in rings_for(hotline, other)


def test_a_known_case_of_high_risk_rings_everybody_at_once_and_raises_no_dispatch(hotline: Hotline) -> None:
    people = [hotline.psychologist(), hotline.psychologist(), hotline.psychologist(tier=2)]
    case_for(hotline, people[0], "+6281290000001", "high")
    caller = hotline.calls()
    hotline.pass_seconds(2)
    assert {p.number for p in people} <= set(hotline.gateway.rung)
    contact = hotline.contact(caller)
    assert (contact.emergency_at, contact.risk) == (None, None)


def test_the_psychologist_who_talked_with_her_last_is_rung_first_for_thirty_days(hotline: Hotline) -> None:
    knows = hotline.psychologist()
    caller = hotline.calls()
    hotline.pass_seconds(2)
    hotline.answers(knows, caller)
    hotline.caller_status(caller, "completed")
    other = hotline.psychologist(tier=None)
    for days, first in ((29, True), (2, False)):
        hotline.clock.advance(days * 86400)
        for person in (knows, other):
            hotline.on_rota(person, 1, (-1, 8))
        again = hotline.calls()
        hotline.pass_seconds(2)
        assert rings_for(hotline, again)[0] == (knows.id if first else other.id), "the other has been idle for longer"
        hotline.hangs_up(again)


def test_her_language_orders_who_is_rung(hotline: Hotline) -> None:
    hotline.psychologist()
    speaks = hotline.psychologist()
    with transaction():
        db.session.get_one(Account, speaks.id).languages = "id;su"
    caller = hotline.calls()
    hotline.keys(caller, "4")
    hotline.pass_seconds(2)
    assert rings_for(hotline, caller) == [speaks.id]


def test_whoever_is_excluded_is_rung_by_no_rung_and_does_not_see_her(hotline: Hotline) -> None:
    never, owner = hotline.psychologist(), hotline.psychologist(tier=2)
    case_id = case_for(hotline, owner, "+6281290000001")
    with transaction():
        exclude(case_id, never.id, "conflict", Actor(owner), hotline.clock.now())
    caller, stranger = hotline.calls(), hotline.calls(LATER)
    hotline.pass_seconds(120)
    assert never.id not in rings_for(hotline, caller)
    assert owner.id in rings_for(hotline, caller)
    assert not standing_to(caller.contact_id, Actor(never)).may("contact.read", "waiting")
    assert standing_to(stranger.contact_id, Actor(never)).may("contact.read", "waiting")
    with transaction():
        allow_again(case_id, never.id, Actor(owner), hotline.clock.now())
    assert standing_to(caller.contact_id, Actor(never)).may("contact.read", "waiting")


def test_an_exclusion_said_in_a_call_holds_for_the_next_one_and_goes_along_into_her_case(hotline: Hotline) -> None:
    talks, never = hotline.psychologist(), hotline.psychologist(tier=2)
    caller = hotline.calls()
    hotline.pass_seconds(2)
    hotline.answers(talks, caller)
    with transaction():
        contact = locked(caller.contact_id)
        assert contact is not None
        keep_away(contact, never.id, "wish", talks.id, hotline.clock.now())
    hotline.caller_status(caller, "completed")
    again = hotline.calls()
    hotline.pass_seconds(40)
    assert never.id not in rings_for(hotline, again)
    assert not standing_to(again.contact_id, Actor(never)).may("contact.read", "waiting")


def test_excluded_while_her_telephone_rings_it_stops(hotline: Hotline) -> None:
    rung, boss = hotline.psychologist(), hotline.someone("coordinator", tier=None)
    caller = hotline.calls()
    hotline.pass_seconds(2)
    with transaction():
        contact = locked(caller.contact_id)
        assert contact is not None
        keep_away(contact, rung.id, "conflict", boss.id, hotline.clock.now())
    assert [o.outcome for o in hotline.offers(caller)] == ["cancelled"]
    assert hotline.picks_up(rung).find("Gather") is None


def test_time_to_write_runs_out_and_the_contact_is_filed_as_unfinished(hotline: Hotline) -> None:
    person = hotline.psychologist()
    caller = hotline.calls()
    hotline.pass_seconds(2)
    hotline.answers(person, caller)
    hotline.caller_status(caller, "completed")
    other = hotline.calls(LATER)
    hotline.pass_seconds(3)
    assert person.id not in rings_for(hotline, other), "she writes"
    hotline.clock.advance(180)
    hotline.waits(other)
    hotline.pass_seconds(1)
    assert person.id in rings_for(hotline, other), "she is free by herself"
    assert (hotline.contact(caller).state, hotline.contact(caller).psychologist_id) == ("to_record", person.id)
    assert codes(caller).count("unfinished") == 1


def test_she_may_wait_for_a_woman_and_is_answered_all_the_same_when_none_is_there(hotline: Hotline) -> None:
    man, woman = hotline.psychologist(gender="L"), hotline.psychologist(tier=2)
    caller = hotline.calls()
    hotline.keys(caller, "1")
    hotline.pass_seconds(16)
    hotline.clock.advance(1)
    hotline.waits(caller)
    hotline.waits(caller)
    assert prompts.WAIT_FOR_WOMAN in caller.heard
    hotline.keys(caller, "1")
    by_person = {o.account_id: o.outcome for o in hotline.offers(caller)}
    assert by_person == {man.id: "cancelled", woman.id: None}
    hotline.leg_status(woman, "no-answer")
    with transaction():
        pause(woman.id, "rest", hotline.clock.now())
    hotline.pass_seconds(25)
    assert rings_for(hotline, caller)[-1] == man.id


def test_the_worker_takes_them_in_the_order_of_their_turn(hotline: Hotline) -> None:
    hotline.psychologist()
    callers = [hotline.calls(f"+62812900000{number:02d}") for number in range(11, 14)]
    with transaction():
        db.session.get_one(Contact, callers[2].contact_id).emergency_at = hotline.clock.now()
    due = due_contacts(hotline.clock.now() + timedelta(seconds=5))
    assert due == [callers[2].contact_id, *sorted((callers[0].contact_id, callers[1].contact_id), key=str)]
