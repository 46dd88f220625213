"""What the talk panel shows: who takes part and how, and what may be done now."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tesa.accounts.public import Principal, emails, with_role
from tesa.accounts.rules.roles import Role
from tesa.core.vault import KeysAway
from tesa.intake import sealing
from tesa.intake.models import Contact
from tesa.intake.queries import call_of, standing_to
from tesa.intake.rules.talk import (
    INTERPRETER,
    OVER,
    SERVICES,
    LegKind,
    LegState,
    client_hears_music,
    listens_by_duty,
    way_of_listening,
)
from tesa.intake.rules.words import ContactState
from tesa.intake.talk_models import TalkLeg, ThirdParty
from tesa.intake.talk_queries import legs_of, psychologist_leg, third_parties
from tesa.psychologists.public import on_duty, state_of
from tesa.psychologists.rules.presence import State


@dataclass(frozen=True)
class LegView:
    """One participant as the panel shows her. `who` is an e-mail address, a short code, or empty."""

    id: uuid.UUID
    kind: str
    who: str
    state: str
    since: datetime
    muted: bool
    held: bool
    at_keys: bool
    way: str  # of a coordinator: listens, whispers, speaks
    why: str | None  # why it failed
    mine: bool
    removable: bool


@dataclass(frozen=True)
class Colleague:
    """Somebody to whom the talk may be handed over, and whether she is free now."""

    id: uuid.UUID
    email: str
    state: str
    tier: int
    free: bool


@dataclass(frozen=True)
class Party:
    """Somebody of the administrators' list. `name` is shown to those who may call her."""

    id: uuid.UUID
    short_name: str
    language: str
    name: str


@dataclass(frozen=True)
class TalkView:
    """The panel."""

    contact: Contact
    can: frozenset[str]
    going: bool
    broken: bool  # her own line broke off and the client waits again
    away: bool  # a browser was loaded anew; it may come back
    legs: Sequence[LegView]
    held: bool
    muted: bool
    colleague: bool  # one has joined, and may take over
    asked: bool  # one has been asked, or has joined
    listener: LegView | None  # this person's own line as a coordinator
    listened: bool  # a coordinator takes part
    colleagues: Sequence[Colleague]
    parties: Sequence[Party]
    without_number: Sequence[str]  # short codes for which no full number is kept


def talk_view(contact: Contact, principal: Principal, now: datetime) -> TalkView:
    """The talk of `contact` as `principal` sees it."""
    can = standing_to(contact.id, principal).acts(contact.state)
    call, legs = call_of(contact.id), legs_of(contact.id)
    going = contact.channel == "voice" and contact.state == ContactState.IN_PROGRESS and bool(legs)
    going = going and call is not None and call.joined_at is not None
    views = _views(legs, contact, principal) if going else []
    mine = psychologist_leg(contact) if going else None
    lead = going and "talk.lead" in can
    parties = third_parties() if lead else ()
    return TalkView(
        contact=contact,
        can=can,
        going=going,
        broken=contact.state == ContactState.WAITING and contact.first_to_ring_id == principal.id,
        away=bool(call and call.line_lost_at) and going,
        legs=views,
        held=going and client_hears_music(legs),
        muted=bool(mine and mine.muted),
        colleague=any(v.kind == LegKind.TRANSFER and v.state == LegState.JOINED for v in views),
        asked=any(v.kind == LegKind.TRANSFER and v.state not in OVER for v in views),
        listener=next((v for v in views if v.kind == LegKind.SUPERVISOR and v.mine and v.state not in OVER), None),
        listened=any(v.kind == LegKind.SUPERVISOR and v.state == LegState.JOINED for v in views),
        colleagues=_colleagues(contact, principal, now) if lead else (),
        parties=[_party(p) for p in parties],
        without_number=[code for code in SERVICES if code not in {p.short_name for p in parties}],
    )


def _views(legs: Iterable[TalkLeg], contact: Contact, principal: Principal) -> list[LegView]:
    """Those who take part or are asked, and the last one of each sort who could not be reached."""
    shown = [leg for leg in legs if leg.state not in OVER or (leg.state == LegState.FAILED and leg.left_by != "end")]
    address = emails(leg.account_id for leg in shown if leg.account_id)
    held = client_hears_music(legs)
    latest = {(leg.kind, leg.account_id, leg.short_name): leg for leg in shown}
    return [
        LegView(
            id=leg.id,
            kind=leg.kind,
            who=address.get(leg.account_id, "") if leg.account_id else leg.short_name,
            state=leg.state,
            since=leg.left_at or leg.joined_at or leg.asked_at,
            muted=leg.muted and leg.kind != LegKind.SUPERVISOR,
            held=leg.kind == LegKind.CLIENT and held,
            at_keys=leg.stepped_out_at is not None,
            way=way_of_listening(leg) if leg.kind == LegKind.SUPERVISOR else "",
            why=leg.left_by if leg.state == LegState.FAILED else None,
            mine=leg.account_id == principal.id,
            removable=leg.kind not in (LegKind.CLIENT, LegKind.PSYCHOLOGIST)
            and leg.state not in OVER
            and not listens_by_duty(leg),
        )
        for leg in latest.values()
    ]


def _colleagues(contact: Contact, principal: Principal, now: datetime) -> list[Colleague]:
    """Those on duty, and the coordinators, each with what she is doing now; free ones first."""
    tiers = {p.account_id: p.tier for p in on_duty("hotline", now)}
    for coordinator in with_role(Role.COORDINATOR):
        if coordinator.phone:
            tiers.setdefault(coordinator.id, 3)
    tiers.pop(principal.id, None)
    if contact.psychologist_id is not None:
        tiers.pop(contact.psychologist_id, None)
    address = emails(tiers)
    states = {account_id: state_of(account_id, now) for account_id in tiers}
    found = [
        Colleague(account_id, address[account_id], str(states[account_id]), tier, states[account_id] == State.FREE)
        for account_id, tier in tiers.items()
        if account_id in address
    ]
    return sorted(found, key=lambda c: (not c.free, c.tier, c.email))


def _party(party: ThirdParty) -> Party:
    return Party(party.id, party.short_name, party.language, _name(party) if party.short_name == INTERPRETER else "")


def _name(party: ThirdParty) -> str:
    try:
        return sealing.open_party(party.id, "name", party.name_sealed)
    except KeysAway:
        return ""


@dataclass(frozen=True)
class ListedParty:
    """One entry of the list as administrators see it."""

    party: ThirdParty
    name: str
    number: str


def listed_parties() -> list[ListedParty]:
    """The whole list, with names and numbers."""
    return [
        ListedParty(
            p,
            sealing.open_party(p.id, "name", p.name_sealed),
            sealing.open_party(p.id, "number", p.number_sealed),
        )
        for p in third_parties(active_only=False)
    ]
