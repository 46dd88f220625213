"""Somebody is asked into a talk that goes on: a colleague who may take it over, or a coordinator."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.public import member
from tesa.core.db import db
from tesa.core.errors import Conflict, NotFound, RuleBroken
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.offer_contact import coordinators, offer_contact
from tesa.intake.actions.open_leg import open_leg
from tesa.intake.models import Contact, Offer
from tesa.intake.queries import call_of, offers_of
from tesa.intake.ringing_queries import number_is_busy
from tesa.intake.rules.talk import LegKind, LegState
from tesa.intake.rules.words import ContactState, OfferOutcome
from tesa.intake.talk_models import TalkLeg
from tesa.intake.talk_queries import live_legs
from tesa.intake.wishes import need_of, never_for
from tesa.psychologists.actions.mark_ringing import mark_ringing
from tesa.psychologists.public import on_duty, rank_for, state_of
from tesa.psychologists.rules.presence import State

ASKED_CODES = {"transfer": "transfer_asked", "join": "coordinator_asked", "listen": "listening_asked"}


def ask_colleague(contact: Contact, account_id: uuid.UUID, by: uuid.UUID | None, now: datetime) -> TalkLeg:
    """Ring `account_id`, to hand the talk of `contact` (locked) over to her; she accepts by key or on her page.

    The client goes on speaking with the first one until she is there. Raises RuleBroken when there is no talk or a
    colleague has been asked already, Conflict when she is not free.
    """
    _must_talk(contact)
    if any(leg.kind == LegKind.TRANSFER for leg in live_legs(contact.id)):
        raise RuleBroken(_("Seorang rekan sudah dihubungi. Tunggu jawabannya atau batalkan dahulu."))
    if account_id == contact.psychologist_id:
        raise RuleBroken(_("Pilih rekan lain."))
    if account_id in never_for(contact):
        raise RuleBroken(_("Kontak ini tidak boleh ditawarkan kepada rekan ini."))
    if not mark_ringing(account_id, contact.id, now):
        raise Conflict(_("Rekan ini tidak bebas sekarang."))
    return _ask(contact, "transfer", account_id, by, now)


def ask_next_colleague(contact: Contact, by: uuid.UUID | None, now: datetime) -> TalkLeg | None:
    """Ring the next free psychologist, for a hand-over; None when nobody is free or somebody is asked already."""
    _must_talk(contact)
    if any(leg.kind == LegKind.TRANSFER for leg in live_legs(contact.id)):
        return None
    declined = {o.account_id for o in offers_of(contact.id) if o.outcome == OfferOutcome.DECLINED and o.account_id}
    own = {contact.psychologist_id} if contact.psychologist_id else set()
    need = replace(need_of(contact, now, declined | own), preferred=None)
    for candidate in rank_for(need, now):
        if mark_ringing(candidate.account_id, contact.id, now):
            return _ask(contact, "transfer", candidate.account_id, by, now)
    return None


def ask_coordinators(contact: Contact, by: uuid.UUID | None, now: datetime) -> int:
    """Ring the coordinators, or the numbers of last resort, to join openly; how many ring. The first one is enough."""
    _must_talk(contact)
    asked = {o.account_id for o in offers_of(contact.id) if o.kind == "join" and o.outcome is None}
    people, numbers = coordinators(now)
    never = never_for(contact)
    rung = 0
    for account_id in people:
        if account_id in asked | never or account_id == contact.psychologist_id:
            continue
        if mark_ringing(account_id, contact.id, now):
            _ask(contact, "join", account_id, by, now)
            rung += 1
    if not people and None not in asked:
        for index in range(numbers):
            if not number_is_busy(index):
                _ask(contact, "join", None, by, now, setting_number=index)
                rung += 1
    return rung


def listen_in(contact: Contact, account_id: uuid.UUID, now: datetime) -> TalkLeg:
    """Ring the coordinator's own telephone, so that she hears the talk of `contact` (locked) without being heard.

    The psychologist is told, on her page and in her ear. Raises Conflict while she is in another talk.
    """
    _must_talk(contact)
    if account_id in never_for(contact):
        raise NotFound
    if any(leg.account_id == account_id for leg in live_legs(contact.id)):
        raise Conflict(_("Anda sudah ikut dalam percakapan ini."))
    if not mark_ringing(account_id, contact.id, now) and state_of(account_id, now) in (State.TALKING, State.RINGING):
        raise Conflict(_("Anda sedang dalam percakapan lain."))
    leg = _ask(contact, "listen", account_id, account_id, now)
    leg.muted = True
    return leg


def _must_talk(contact: Contact) -> None:
    call = call_of(contact.id)
    if contact.state != ContactState.IN_PROGRESS or call is None or call.joined_at is None or call.ended_at is not None:
        raise RuleBroken(_("Tidak ada percakapan telepon yang sedang berlangsung."))


def _ask(
    contact: Contact,
    kind: str,
    account_id: uuid.UUID | None,
    by: uuid.UUID | None,
    now: datetime,
    setting_number: int | None = None,
) -> TalkLeg:
    person = member(account_id) if account_id else None
    if account_id is not None and (person is None or not person.phone):
        raise RuleBroken(_("Nomor telepon orang ini belum diisi."))
    tier = next((p.tier for p in on_duty("hotline", now) if p.account_id == account_id), 3)
    offer: Offer = offer_contact(contact, kind, tier, now, account_id=account_id, setting_number=setting_number)
    leg = open_leg(
        contact.id,
        LegKind.TRANSFER if kind == "transfer" else LegKind.SUPERVISOR,
        now,
        state=LegState.RINGING,
        account_id=account_id,
        offer_id=offer.id,
        asked_by=by,
    )
    db.session.flush()
    log_event(contact.id, ASKED_CODES[kind], now, by)
    return leg
