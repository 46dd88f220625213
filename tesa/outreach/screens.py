"""Reads shaped for the pages of outreach: who may see which dispatch, and what of it. Nothing here is unsealed but staff names."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, or_

from tesa.accounts.public import Principal, Role, StaffMember, staff
from tesa.accounts.rules.policy import Actor, Relation, Standing, may
from tesa.cases.public import standing_to_case
from tesa.outreach.desk import standing_to_contact
from tesa.outreach.models import Dispatch, DispatchEvent, DispatchOffer
from tesa.outreach.places import name_of
from tesa.outreach.queries import events_of, get, of_case, of_contact, offers_of_all, on_board, was_asked
from tesa.outreach.rules import lifecycle
from tesa.outreach.rules.clocks import expected_by
from tesa.outreach.rules.lifecycle import State
from tesa.outreach.rules.offers import Outcome
from tesa.outreach.rules.priorities import Priority

COLUMNS = (
    (State.REQUESTED,),
    (State.ACKNOWLEDGED,),
    (State.EN_ROUTE,),
    (State.ON_SCENE,),
    (State.CLEARED,),
    (State.CLOSED, State.STOOD_DOWN, State.UNFOUNDED),
)
"""The columns of the board, each by its states."""


@dataclass(frozen=True)
class OfferLine:
    """Who was asked when, and how it ended. `who` is empty for a coordinator number that is nobody's account."""

    who: str = field(repr=False)
    kind: str
    offered_at: datetime
    until: datetime
    ended_at: datetime | None
    outcome: str | None
    leg_end: str | None


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened to a dispatch, and who did it or was concerned."""

    number: int
    at: datetime
    device_at: datetime | None
    code: str
    detail: str | None
    to_state: str | None
    who: str = field(repr=False)


@dataclass(frozen=True)
class Card:
    """A dispatch as one person sees it. `since` is when its state began; `late`: it should have moved on by now.

    `passed` holds the way from request to end: each state and when it was reached, or None.
    """

    id: uuid.UUID
    contact_id: uuid.UUID | None
    case_id: uuid.UUID | None
    priority: str
    state: State
    since: datetime
    expected_by: datetime | None
    late: bool
    passed: tuple[tuple[State, datetime | None], ...]
    kecamatan: str
    wish_woman: bool
    source: str
    requested_at: datetime
    revision: int
    holder: str = field(repr=False)
    holder_kind: str | None
    offers: tuple[OfferLine, ...]
    moves: tuple[State, ...]
    mine: bool
    my_offer: uuid.UUID | None  # an offer she may still say yes to
    may_decline: bool
    may_open: bool  # its own page
    may_read: bool
    may_amend: bool
    may_know: bool  # who else was asked, and what happened


def standing(dispatch: Dispatch, me: Actor, offers: Iterable[DispatchOffer]) -> Standing:
    """What somebody is to a dispatch that was put to people by `offers`."""
    facts = {
        Relation.REQUESTED: dispatch.requested_by == me.id,
        Relation.DISPATCHED: dispatch.acknowledged_by == me.id,
        Relation.OFFERED: any(o.account_id == me.id for o in offers),
        Relation.OVERSEEING: Role.COORDINATOR in me.roles,
    }
    return Standing(me.roles, frozenset(relation for relation, so in facts.items() if so))


def standing_to(dispatch: Dispatch, me: Actor) -> Standing:
    """What somebody is to a dispatch."""
    return standing(dispatch, me, offers_of_all([dispatch.id])[dispatch.id])


def visible_to(me: Actor) -> ColumnElement[bool]:
    """The dispatches that somebody may read. (State and relation together decide: see the table of access.)"""
    dispatches_by_relation = {
        Relation.REQUESTED: Dispatch.requested_by == me.id,
        Relation.DISPATCHED: Dispatch.acknowledged_by == me.id,
        Relation.OFFERED: was_asked(me.id),
        Relation.OVERSEEING: Dispatch.id.is_not(None) if Role.COORDINATOR in me.roles else false(),
    }
    seen = [
        and_(dispatches, Dispatch.state.in_([s for s in State if may(me.roles, "dispatch.read", [bond], s)]))
        for bond, dispatches in dispatches_by_relation.items()
    ]
    return or_(false(), *seen)


def is_visible(dispatch: Dispatch, me: Actor) -> bool:
    """May somebody know of the dispatch?"""
    return standing_to(dispatch, me).may("dispatch.read", dispatch.state)


def board(me: Principal, now: datetime) -> list[Card]:
    """The dispatches on the board that this person may see, most urgent and oldest first."""
    return cards(on_board(now, visible_to(me)), me, now)


def board_version(me: Principal, now: datetime) -> str:
    """A short text that changes whenever this person's board would look different."""
    return version(on_board(now, visible_to(me)), now)


def version(dispatches: Iterable[Dispatch], now: datetime) -> str:
    """A short text that changes whenever something happens to one of `dispatches`, or one of them becomes late."""
    facts = "|".join(f"{d.id}:{d.events}:{_late(d, now)}" for d in dispatches)
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def card(dispatch_id: uuid.UUID, me: Principal, now: datetime) -> Card | None:
    """One dispatch, if this person may know of it."""
    dispatch = get(dispatch_id)
    if dispatch is None or not is_visible(dispatch, me):
        return None
    return cards([dispatch], me, now)[0]


def contact_cards(contact_id: uuid.UUID, me: Principal, now: datetime) -> list[Card] | None:
    """All dispatches of a contact, newest first; None when this person may not see how help for it is coming on.

    None are hidden from who may: whoever reads the contact must see that help is coming.
    """
    who = standing_to_contact(contact_id, me)
    if not who.may("dispatch.progress"):
        return None
    return cards(of_contact(contact_id), me, now, who.relations)


def case_cards(case_id: uuid.UUID, me: Principal, now: datetime) -> list[Card] | None:
    """All dispatches of a case, newest first; None when this person may not see the case."""
    who = standing_to_case(case_id, me, now)
    if not who.may("dispatch.progress"):
        return None
    return cards(of_case(case_id), me, now, who.relations)


def history(dispatch_id: uuid.UUID) -> list[HistoryLine]:
    """What happened to a dispatch, newest first."""
    events = events_of(dispatch_id)
    offers = {o.id: o for o in offers_of_all([dispatch_id])[dispatch_id]}
    people = staff({e.actor_id for e in events if e.actor_id} | {o.account_id for o in offers.values() if o.account_id})
    return [
        HistoryLine(e.number, e.at, e.device_at, e.code, e.detail, e.to_state, _concerned(e, offers, people))
        for e in reversed(events)
    ]


def cards(
    dispatches: Sequence[Dispatch], me: Principal, now: datetime, beside: frozenset[Relation] = frozenset()
) -> list[Card]:
    """`dispatches` as this person sees them; `beside`: what she is to the contact or case on whose page they are."""
    offers = offers_of_all(d.id for d in dispatches)
    ids = {o.account_id for row in offers.values() for o in row} | {d.acknowledged_by for d in dispatches}
    people = staff(i for i in ids if i is not None)
    return [_card(d, offers[d.id], people, me, now, beside) for d in dispatches]


def _card(
    d: Dispatch,
    offers: list[DispatchOffer],
    people: dict[uuid.UUID, StaffMember],
    me: Principal,
    now: datetime,
    beside: frozenset[Relation],
) -> Card:
    who, state = standing(d, me, offers), State(d.state)
    mine = [o for o in offers if o.account_id == me.id and o.outcome != Outcome.SUPERSEDED]
    may_know = Standing(me.roles, who.relations | beside).may("dispatch.trail", state)
    at_desk = me.has("dispatch.progress")
    return Card(
        id=d.id,
        contact_id=d.contact_id if at_desk else None,
        case_id=d.case_id if at_desk else None,
        priority=d.priority,
        state=state,
        since=_since(d, state),
        expected_by=expected_by(Priority(d.priority), state, d.clock_since),
        late=_late(d, now),
        passed=_passed(d, state),
        kecamatan=name_of(d.kecamatan),
        wish_woman=d.wish_woman,
        source=d.source,
        requested_at=d.requested_at,
        revision=d.revision,
        holder=_name(d.acknowledged_by, people),
        holder_kind=d.acknowledged_as,
        offers=tuple(_offer_line(o, people) for o in offers) if may_know else (),
        moves=lifecycle.moves(state, who),
        mine=Relation.DISPATCHED in who.relations and state in lifecycle.UNDER_WAY,
        my_offer=mine[-1].id if mine and state is State.REQUESTED else None,
        may_decline=bool(mine) and mine[-1].outcome is None,
        may_open=who.may("dispatch.read", state),
        may_read=who.may("dispatch.words", state),
        may_amend=who.may("dispatch.amend", state),
        may_know=may_know,
    )


def _offer_line(offer: DispatchOffer, people: dict[uuid.UUID, StaffMember]) -> OfferLine:
    return OfferLine(
        _name(offer.account_id, people),
        offer.kind,
        offer.offered_at,
        offer.until,
        offer.ended_at,
        offer.outcome,
        offer.leg_end,
    )


def _concerned(
    event: DispatchEvent, offers: dict[uuid.UUID, DispatchOffer], people: dict[uuid.UUID, StaffMember]
) -> str:
    offer = offers.get(event.offer_id) if event.offer_id else None
    return _name(event.actor_id or (offer.account_id if offer else None), people)


def _name(account_id: uuid.UUID | None, people: dict[uuid.UUID, StaffMember]) -> str:
    person = people.get(account_id) if account_id else None
    return person.name if person else ""


def _passed(d: Dispatch, state: State) -> tuple[tuple[State, datetime | None], ...]:
    end = State.CLOSED if state in lifecycle.OPEN else state
    return (
        (State.REQUESTED, d.requested_at),
        (State.ACKNOWLEDGED, d.acknowledged_at),
        (State.EN_ROUTE, d.en_route_at),
        (State.ON_SCENE, d.on_scene_at),
        (State.CLEARED, d.cleared_at),
        (end, d.closed_at),
    )


def _since(d: Dispatch, state: State) -> datetime:
    return dict(_passed(d, state))[state] or d.requested_at


def _late(d: Dispatch, now: datetime) -> bool:
    limit = expected_by(Priority(d.priority), State(d.state), d.clock_since)
    return limit is not None and limit < now
