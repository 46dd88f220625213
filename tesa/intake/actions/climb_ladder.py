"""One step up the voice ladder: ring the next phones for a caller who waits."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from tesa.accounts.public import StaffMember, by_phone
from tesa.accounts.rules.roles import Role
from tesa.core.vault import KeysAway
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.offer_contact import coordinators, offer_contact
from tesa.intake.models import Contact, Offer
from tesa.intake.queries import offers_of
from tesa.intake.ringing_queries import number_is_busy
from tesa.intake.rules import ladder
from tesa.intake.rules.words import ContactState, OfferOutcome
from tesa.intake.wishes import is_critical, need_of, never_for, waits_for_woman
from tesa.psychologists.actions.mark_ringing import mark_ringing
from tesa.psychologists.public import OUT, ROUTED, Candidate, can_ring_anybody, rank_for, state_of
from tesa.psychologists.rules.presence import State
from tesa.telephony.inbound import settings

TAKES_CONTACTS = frozenset({Role.PSYCHOLOGIST, Role.COORDINATOR})


def climb_ladder(contact: Contact, now: datetime) -> None:
    """Ring whom the present rung says and set the next deadline. `contact` is locked and waits on the telephone."""
    if contact.state != ContactState.WAITING or contact.test:
        contact.next_step_at = None
        return
    critical = is_critical(contact)
    offers = _of_this_wait(contact, offers_of(contact.id))
    used, rung_now = _climb(contact, ladder.rung(contact.ladder_step, critical), offers, now)
    if used.coordinators and not (waits_for_woman(contact, now) and _is_there(_women(contact, now))):
        rung_now += _ring_coordinators(contact, offers, now)
    if rung_now == 0:
        log_event(contact.id, "nobody_to_ring", now)
    _next_step(contact, critical, now)


def ring_who_is_free(contact: Contact, now: datetime) -> None:
    """Between two rungs: `contact` (locked) waits, no psychologist's phone rings for her, and somebody may have become
    free since.
    """
    offers = offers_of(contact.id)
    rings = any(o.outcome is None and o.tier in ROUTED for o in offers)
    if contact.state != ContactState.WAITING or contact.ladder_step == 0 or rings:
        return
    _climb(contact, ladder.reached(contact.ladder_step, is_critical(contact)), _of_this_wait(contact, offers), now)


def _climb(contact: Contact, chosen: ladder.Rung, offers: Sequence[Offer], now: datetime) -> tuple[ladder.Rung, int]:
    situation = ladder.Situation(anyone_on_duty=can_ring_anybody(now), ringing=any(o.outcome is None for o in offers))
    return ladder.climb(chosen, situation, lambda rung: _ring_people(contact, rung, offers, now))


def _next_step(contact: Contact, critical: bool, now: datetime) -> None:
    contact.ladder_step += 1
    due = ladder.due_at(contact.ladder_step, critical, since(contact))
    while due <= now:  # a worker that was away does not climb rung after rung in one second
        contact.ladder_step += 1
        due = ladder.due_at(contact.ladder_step, critical, since(contact))
    contact.next_step_at = due


def _of_this_wait(contact: Contact, offers: Sequence[Offer]) -> list[Offer]:
    """The offers that count: after a line broke off, whoever missed her before may be rung again."""
    start = contact.ladder_from
    return [
        o for o in offers if start is None or o.offered_at >= start or o.outcome in (None, OfferOutcome.DECLINED)
    ]  # fmt: skip


def since(contact: Contact) -> datetime:
    """From when her ladder counts: she came, or her line broke off and she waits a second time."""
    return contact.ladder_from or contact.waiting_since or contact.opened_at


def _ring_people(contact: Contact, rung: ladder.Rung, offers: Sequence[Offer], now: datetime) -> int:
    need = need_of(contact, now, set(_not_again(offers, rung.again)), keeps_wish=rung.keeps_wish)
    if need.women_only and not _is_there(_women(contact, now)):
        need = replace(need, women_only=False)  # a wish never leaves her without an answer
    done = 0
    for candidate in rank_for(need, now, tiers=rung.tiers, free_only=True):
        if rung.most is not None and done >= rung.most:
            break
        done += ring_person(contact, candidate.account_id, candidate.tier, candidate.reasons, now)
    return done


def _women(contact: Contact, now: datetime) -> list[Candidate]:
    """The women on duty who may be offered to her, free or not."""
    return rank_for(replace(need_of(contact, now), women_only=True), now, free_only=False)


def _is_there(candidates: Sequence[Candidate]) -> bool:
    return any(not set(map(str, OUT)) & set(candidate.reasons) for candidate in candidates)


def _not_again(offers: Sequence[Offer], again: bool) -> Iterator[uuid.UUID]:
    """Whom this rung does not ring: those whose phone rings for her, who declined her, or (at first) who missed it."""
    for offer in offers:
        if offer.account_id is not None and (
            not again or offer.outcome is None or offer.outcome == OfferOutcome.DECLINED
        ):
            yield offer.account_id


def ring_person(contact: Contact, account_id: uuid.UUID, tier: int, reasons: tuple[str, ...], now: datetime) -> int:
    """Offer `contact` to one person by telephone if she is free; 1 if it was offered, 0 if she was not free."""
    if not mark_ringing(account_id, contact.id, now):
        return 0
    offer_contact(contact, "call", tier, now, account_id=account_id, reasons=" ".join(reasons))
    return 1


def _ring_coordinators(contact: Contact, offers: Sequence[Offer], now: datetime) -> int:
    """Coordinators on duty and the numbers of last resort; without either, every coordinator there is."""
    open_now = {(o.account_id, o.setting_number) for o in offers if o.outcome is None}
    people, numbers = coordinators(now)
    never = never_for(contact)
    done = 0
    for account_id in people:
        if (account_id, None) not in open_now and account_id not in never:
            done += ring_person(contact, account_id, 3, ("coordinator",), now)
    for index in range(numbers):
        if (None, index) not in open_now:
            done += _ring_number(contact, index, never, now)
    return done


def _ring_number(contact: Contact, index: int, never: Collection[uuid.UUID], now: datetime) -> int:
    """Ring a number of last resort unless it is busy; 1 if it rings now.

    Where it is the telephone of somebody who takes contacts, she is rung, so that it never rings for two contacts. Off
    duty or resting she has said nothing about the number: it rings as one of nobody's.
    """
    owner = _owner(index)
    if owner is not None and owner.id in never:
        return 0
    if owner is not None and state_of(owner.id, now) in (State.FREE, State.RINGING, State.TALKING):
        return ring_person(contact, owner.id, 3, ("coordinator",), now)
    if number_is_busy(index):
        return 0
    offer_contact(contact, "call", 3, now, setting_number=index, reasons="coordinator number")
    return 1


def _owner(index: int) -> StaffMember | None:
    """Whose telephone it is; nobody's while the key provider is away."""
    try:
        owner = by_phone(settings().coordinator_numbers[index])
    except KeysAway:
        return None
    return owner if owner is not None and not owner.roles.isdisjoint(TAKES_CONTACTS) else None
