"""One step of the message ladder: assign, remind, reassign, back-up, coordinators."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from tesa.core.vault import KeysAway
from tesa.intake.actions.keep_away import carry_over
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.offer_contact import coordinators, offer_contact
from tesa.intake.actions.withdraw_offers import end_offer
from tesa.intake.callers import severity_of
from tesa.intake.models import Contact, Offer
from tesa.intake.queries import number_of, offers_of, open_conversations
from tesa.intake.rules import message_ladder
from tesa.intake.rules.message_ladder import Deed
from tesa.intake.rules.words import ContactState, OfferOutcome
from tesa.intake.wishes import is_critical, need_of, never_for
from tesa.psychologists.public import on_duty, rank_for
from tesa.telephony.outbox import enqueue

REMIND = "intake.remind"


def climb_message_ladder(contact: Contact, now: datetime) -> None:
    """Do the present rung for a conversation (locked) that waits for a human reply, and set the next deadline."""
    if contact.waiting_since is None or contact.state not in (ContactState.WAITING, ContactState.IN_PROGRESS):
        contact.next_step_at = None
        return
    if contact.ladder_step == 0:
        _look_her_up(contact, now)
    critical = is_critical(contact)
    match message_ladder.rung(contact.ladder_step, critical).deed:
        case Deed.ASSIGN:
            # A conversation in progress keeps its psychologist: she sees the message, the reminder follows if not.
            if contact.psychologist_id is None and not _assign(contact, (1,), now):
                _page_coordinators(contact, now)
        case Deed.REMIND:
            _remind(contact, now)
        case Deed.REASSIGN:
            if not _assign(contact, (1,), now):
                _remind(contact, now)
        case Deed.BACK_UP:
            if not _assign(contact, (1, 2), now):
                _page_coordinators(contact, now)
        case Deed.PAGE_ALL:
            _page_all(contact, now)
        case Deed.COORDINATORS:
            _page_coordinators(contact, now)
    _next_step(contact, critical, now)


def _look_her_up(contact: Contact, now: datetime) -> None:
    """What is known of her number before anybody has read her words. With the keys away nothing is."""
    try:
        number = number_of(contact)
        contact.severity = max(contact.severity, severity_of(number, now))
        carry_over(contact, never_for(contact), now)
    except KeysAway:
        return


def _next_step(contact: Contact, critical: bool, now: datetime) -> None:
    since = contact.waiting_since or now
    if critical and contact.emergency_at:
        since = max(since, contact.emergency_at)
    contact.ladder_step += 1
    while message_ladder.due_at(contact.ladder_step, critical, since) <= now:
        contact.ladder_step += 1
    contact.next_step_at = message_ladder.due_at(contact.ladder_step, critical, since)


def _assign(contact: Contact, tiers: tuple[int, ...], now: datetime) -> bool:
    """Give the conversation to the best person of `tiers` with room for it who has not let it pass; True if there is one.

    Nobody of the first line: the back-up tier is asked at once.
    """
    offers = offers_of(contact.id)
    for wanted in (tiers, (1, 2)):
        chosen = _best(contact, wanted, offers, now)
        if chosen is not None:
            break
    else:
        return False
    for offer in offers:
        if offer.outcome is None:
            end_offer(offer, OfferOutcome.MISSED, now)
            log_event(contact.id, "missed", now, offer.account_id)
    account_id, tier, reasons = chosen
    contact.psychologist_id, contact.state = account_id, ContactState.WAITING
    log_event(contact.id, "assigned", now, account_id)
    offer_contact(contact, "message", tier, now, account_id=account_id, reasons=reasons)
    return True


def _best(
    contact: Contact, tiers: tuple[int, ...], offers: Sequence[Offer], now: datetime
) -> tuple[uuid.UUID, int, str] | None:
    present = {person.account_id: person.state for person in on_duty("hotline", now)}
    passed = {o.account_id for o in offers if o.account_id is not None}
    need = need_of(contact, now, passed)
    ranked = rank_for(need, now, tiers=tiers, free_only=False)
    held = open_conversations([c.account_id for c in ranked])
    for candidate in ranked:
        state = present.get(candidate.account_id, "off")
        busy = state in ("talking", "ringing")
        if state in ("paused", "off"):
            continue
        if message_ladder.has_room(held.get(candidate.account_id, 0), busy) or is_critical(contact):
            return candidate.account_id, candidate.tier, " ".join(candidate.reasons)[:200]
    return None


def _remind(contact: Contact, now: datetime) -> None:
    """Page the one who has it once more."""
    for offer in offers_of(contact.id):
        if offer.account_id == contact.psychologist_id and offer.outcome in (None, OfferOutcome.ACCEPTED):
            log_event(contact.id, "reminded", now, offer.account_id)
            enqueue(REMIND, offer.id, now)
            return


def _page_all(contact: Contact, now: datetime) -> None:
    """In an emergency everybody on duty is paged; whoever takes it first has it."""
    known = {o.account_id for o in offers_of(contact.id) if o.outcome is None} | never_for(contact)
    for person in on_duty("hotline", now):
        if person.tier in (1, 2) and person.state not in ("paused", "off") and person.account_id not in known:
            offer_contact(contact, "message", person.tier, now, account_id=person.account_id, reasons="emergency")


def _page_coordinators(contact: Contact, now: datetime) -> None:
    """Page the coordinators on duty and the numbers of last resort; without either, every coordinator there is."""
    people, numbers = coordinators(now)
    log_event(contact.id, "coordinators_paged", now)
    open_offers = [o for o in offers_of(contact.id) if o.outcome is None]
    never = never_for(contact)
    for account_id in (person for person in people if person not in never):
        again = next((o for o in open_offers if o.account_id == account_id), None)
        if again is not None:
            enqueue(REMIND, again.id, now)
        else:
            offer_contact(contact, "message", 3, now, account_id=account_id, reasons="coordinator")
    for index in range(numbers):
        again = next((o for o in open_offers if o.setting_number == index), None)
        if again is not None:
            enqueue(REMIND, again.id, now)
        else:
            offer_contact(contact, "message", 3, now, setting_number=index, reasons="coordinator number")
