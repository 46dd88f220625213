"""Reads of intake. The contact's row is the lock of everything under it: whoever changes call, offers or state takes it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select

from tesa.accounts.rules.policy import Actor, Relation, Standing, may
from tesa.accounts.rules.roles import Role
from tesa.core.db import db
from tesa.core.errors import NotAllowed, NotFound
from tesa.core.vault import Shredded
from tesa.intake import sealing
from tesa.intake.models import Call, Contact, ContactExclusion, Offer
from tesa.intake.rules import priority
from tesa.intake.rules.talk import LegKind
from tesa.intake.rules.words import Channel, ContactState, OfferOutcome
from tesa.intake.talk_models import TalkLeg
from tesa.psychologists.public import ROUTED, anyone_free
from tesa.telephony.numbers import normalised

MOST_UNRUNG = 20  # waiting contacts that are looked at between their steps


def locked(contact_id: uuid.UUID) -> Contact | None:
    """The contact, locked for the rest of the transaction."""
    return db.session.scalar(
        select(Contact).where(Contact.id == contact_id).with_for_update().execution_options(populate_existing=True)
    )


def _bonds(actor: Actor) -> dict[Relation, ColumnElement[bool]]:
    """The contacts to which `actor` is this or that."""
    beside = select(TalkLeg.offer_id).where(  # in the talk with a colleague who may hand it over to her
        TalkLeg.account_id == actor.id, TalkLeg.kind == LegKind.TRANSFER, TalkLeg.state.in_(["ringing", "joined"])
    )
    offered = select(Offer.contact_id).where(
        Offer.account_id == actor.id, or_(Offer.outcome.is_(None), Offer.id.in_(beside))
    )
    free = Contact.state.in_([ContactState.WAITING, ContactState.CALL_BACK])
    kept_from_her = exists().where(ContactExclusion.contact_id == Contact.id, ContactExclusion.account_id == actor.id)
    return {
        Relation.OWN: and_(Contact.psychologist_id.is_not(None), Contact.psychologist_id == actor.id),
        Relation.UNASSIGNED: and_(Contact.psychologist_id.is_(None), free, ~kept_from_her),
        Relation.OFFERED: and_(Contact.id.in_(offered), ~kept_from_her),
        Relation.OVERSEEING: ~kept_from_her if Role.COORDINATOR in actor.roles else false(),
    }


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The contacts of whose existence `actor` may know."""
    seen = (contacts for bond, contacts in _bonds(actor).items() if may(actor.roles, "contact.read", [bond]))
    return and_(~Contact.test, or_(false(), *seen))


def standing_to(contact_id: uuid.UUID, actor: Actor) -> Standing:
    """What `actor` is to the contact now, and so what she may do with it; nothing to one that is not there."""
    bonds = _bonds(actor)
    row = db.session.execute(select(*bonds.values()).where(Contact.id == contact_id, ~Contact.test)).one_or_none()
    return Standing(actor.roles, frozenset(bond for bond, so in zip(bonds, row or (), strict=False) if so))


def contact_for(contact_id: uuid.UUID, actor: Actor, act: str) -> Contact:
    """The contact, locked for the rest of the transaction, if `actor` may do `act` (of the table of access) with it.

    Raises NotFound when there is none of which she may know, NotAllowed when she may not do this.
    """
    contact = locked(contact_id)
    who = standing_to(contact_id, actor)
    if contact is None or not who.may("contact.read", contact.state):
        raise NotFound
    if not who.may(act, contact.state):
        if who.relations & {Relation.UNASSIGNED, Relation.OFFERED}:
            raise NotAllowed(_("Ambil kontak ini lebih dahulu."))
        raise NotAllowed(_("Kontak ini ditangani rekan lain."))
    return contact


def number_of(contact: Contact) -> str | None:
    """The caller's number, E.164; None when it is withheld or destroyed. Whoever shows it asks the table of access."""
    try:
        return normalised(sealing.open_number(contact.id, contact.caller_sealed))
    except Shredded:
        return None


def call_of(contact_id: uuid.UUID) -> Call | None:
    """Her leg."""
    return db.session.scalar(
        select(Call).where(Call.contact_id == contact_id).execution_options(populate_existing=True)
    )


def contact_of_call(call_sid: str) -> uuid.UUID | None:
    """The contact a CallSid belongs to."""
    return db.session.scalar(select(Call.contact_id).where(Call.call_sid == call_sid))


def contact_called_back(call_sid: str) -> uuid.UUID | None:
    """The contact whose own call had this CallSid, when she has been called back since."""
    return db.session.scalar(select(Call.contact_id).where(Call.own_sid == call_sid))


def offers_of(contact_id: uuid.UUID) -> Sequence[Offer]:
    """All offers of a contact, oldest first."""
    return db.session.scalars(
        select(Offer)
        .where(Offer.contact_id == contact_id)
        .order_by(Offer.offered_at, Offer.id)
        .execution_options(populate_existing=True)
    ).all()


def offer_and_contact(token: str) -> tuple[Offer, Contact] | None:
    """The offer with this token and its contact, both fresh and the contact locked."""
    contact_id = db.session.scalar(select(Offer.contact_id).where(Offer.token == token))
    contact = locked(contact_id) if contact_id else None
    if contact is None:
        return None
    offer = db.session.scalars(
        select(Offer).where(Offer.token == token).execution_options(populate_existing=True)
    ).one()
    return offer, contact


def someone_before(contact: Contact, now: datetime) -> bool:
    """Does somebody wait on the telephone whose turn is before that of `contact`?"""
    others = select(Contact).where(
        Contact.state == ContactState.WAITING, Contact.channel == Channel.VOICE, Contact.id != contact.id, ~Contact.test
    )
    own = claim_of(contact)
    return any(priority.outranks(claim_of(other), own, now) for other in db.session.scalars(others))


def claim_of(contact: Contact) -> priority.Claim:
    """Where a contact stands among those who wait."""
    since = contact.waiting_since or contact.opened_at
    return priority.Claim(str(contact.id), contact.emergency_at is not None, contact.risk, contact.severity, since)


def due_contacts(now: datetime, limit: int = 100) -> list[uuid.UUID]:
    """Contacts for which something is to be done, in the order of their turn: those whose next step is due, and those
    who wait on the telephone between two steps without a psychologist's telephone that rings, if somebody is free to be rung.

    The second sort sees to it that whoever becomes free is rung for the one whose turn it is.
    """
    rows = list(db.session.scalars(_foremost(Contact.next_step_at <= now, limit)))
    if anyone_free(now):
        rows += db.session.scalars(_foremost(_unrung(now), MOST_UNRUNG))
    return [contact.id for contact in sorted(rows, key=lambda contact: priority.rank(claim_of(contact), now))]


def _foremost(condition: ColumnElement[bool], limit: int) -> Select[Contact]:
    """The contacts that come first, roughly in the order of their turn."""
    turn = (Contact.emergency_at.is_(None), Contact.severity.desc(), Contact.opened_at)
    return select(Contact).where(condition).order_by(*turn).limit(limit)


def _unrung(now: datetime) -> ColumnElement[bool]:
    rings = exists().where(
        Offer.contact_id == Contact.id, Offer.outcome.is_(None), Offer.kind == "call", Offer.tier.in_(ROUTED)
    )
    return and_(
        Contact.state == ContactState.WAITING,
        Contact.channel == Channel.VOICE,
        Contact.next_step_at > now,
        Contact.ladder_step > 0,
        ~Contact.test,
        ~rings,
    )


def next_deadline() -> datetime | None:
    """The soonest next step of any contact."""
    return db.session.scalar(select(func.min(Contact.next_step_at)))


def open_conversations(account_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many written conversations each of these people holds."""
    rows = db.session.execute(
        select(Contact.psychologist_id, func.count())
        .where(
            Contact.psychologist_id.in_(account_ids),
            Contact.channel != "voice",
            Contact.state.in_([ContactState.WAITING, ContactState.IN_PROGRESS]),
        )
        .group_by(Contact.psychologist_id)
    )
    return {account: count for account, count in rows if account is not None}


def open_offer(contact_id: uuid.UUID, account_id: uuid.UUID) -> Offer | None:
    """This person's open offer of this contact."""
    return db.session.scalar(
        select(Offer).where(Offer.contact_id == contact_id, Offer.account_id == account_id, Offer.outcome.is_(None))
    )


def accepted_offer(contact: Contact) -> Offer | None:
    """The offer by which a contact was taken."""
    if contact.taken_offer_id is None:
        return None
    offer = db.session.get(Offer, contact.taken_offer_id)
    return offer if offer and offer.outcome == OfferOutcome.ACCEPTED else None
