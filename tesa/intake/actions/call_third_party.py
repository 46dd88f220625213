"""An interpreter, 112, or a number that was typed is called into a talk; and taken out of it again."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.core.db import db
from tesa.core.errors import NotFound, RuleBroken
from tesa.intake import sealing
from tesa.intake.actions.end_talk import STOP_LEG
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.move_leg import move_leg
from tesa.intake.actions.open_leg import open_leg
from tesa.intake.actions.shape_leg import shape_client
from tesa.intake.actions.withdraw_offers import end_offer
from tesa.intake.models import Contact, Offer
from tesa.intake.queries import call_of, number_of
from tesa.intake.rules.talk import SERVICES, LegKind, LegState, listens_by_duty
from tesa.intake.rules.words import ContactState, OfferOutcome
from tesa.intake.talk_models import TalkLeg, ThirdParty
from tesa.intake.talk_queries import client_leg, live_legs
from tesa.psychologists.actions.mark_wrapup import mark_wrapup
from tesa.telephony.numbers import normalised
from tesa.telephony.outbox import enqueue

CALL_THIRD = "intake.call_third"


def call_third_party(contact: Contact, party_id: uuid.UUID, by: uuid.UUID, now: datetime) -> TalkLeg:
    """Call somebody of the administrators' list into the talk of `contact` (locked). Raises NotFound, RuleBroken."""
    party = db.session.get(ThirdParty, party_id)
    if party is None or not party.active:
        raise NotFound
    leg = _open(contact, party.short_name, by, now)
    leg.party_id = party.id
    return _ring(leg, by, now)


def call_typed_number(contact: Contact, typed: str, by: uuid.UUID, now: datetime) -> TalkLeg:
    """Call a number that was typed. Raises RuleBroken for a short code, for her own number, for no number at all."""
    number = normalised(typed)
    if number is None and typed.strip() in SERVICES:
        raise RuleBroken(
            _("Nomor pendek tidak dapat dihubungi dari sini. Pilih layanan itu dari daftar, atau telepon lewat ponsel.")
        )
    if number is None:
        raise RuleBroken(_("Tuliskan nomor telepon yang lengkap."))
    if number == number_of(contact):
        raise RuleBroken(_("Itu nomor penelepon sendiri."))
    leg = _open(contact, "number", by, now)
    leg.number_sealed = sealing.seal_typed_number(contact.id, leg.id, number)
    return _ring(leg, by, now)


def _open(contact: Contact, short_name: str, by: uuid.UUID, now: datetime) -> TalkLeg:
    call = call_of(contact.id)
    if contact.state != ContactState.IN_PROGRESS or call is None or call.joined_at is None or call.ended_at is not None:
        raise RuleBroken(_("Tidak ada percakapan telepon yang sedang berlangsung."))
    if any(leg.kind == LegKind.THIRD and leg.short_name == short_name for leg in live_legs(contact.id)):
        raise RuleBroken(_("Pihak ini sudah dihubungi."))
    leg = open_leg(contact.id, LegKind.THIRD, now, asked_by=by)
    leg.short_name = short_name
    return leg


def _ring(leg: TalkLeg, by: uuid.UUID, now: datetime) -> TalkLeg:
    db.session.flush()
    enqueue(CALL_THIRD, leg.id, now)
    log_event(leg.contact_id, "third_asked", now, by, detail=leg.short_name)
    return leg


def remove_participant(contact: Contact, leg: TalkLeg, by: uuid.UUID, now: datetime) -> None:
    """Take somebody out of the talk of `contact` (locked), or stop asking her.

    Raises RuleBroken for the client and the psychologist, who leave by ending the talk or by handing it over, and for a
    coordinator who came of her own accord.
    """
    if leg.contact_id != contact.id or leg.kind in (LegKind.CLIENT, LegKind.PSYCHOLOGIST):
        raise RuleBroken(_("Akhiri percakapan, atau serahkan kepada rekan."))
    if by != leg.account_id and listens_by_duty(leg):
        raise RuleBroken(_("Koordinator ini mendampingi atas tugasnya; ia keluar sendiri."))
    offer = db.session.get(Offer, leg.offer_id) if leg.offer_id else None
    if offer is not None and offer.outcome is None:
        end_offer(offer, OfferOutcome.CANCELLED, now)
        log_event(contact.id, "removed", now, by, detail=leg.kind)
        return
    if not move_leg(leg, LegState.LEFT, now, "staff"):
        return
    enqueue(STOP_LEG, leg.id, now)
    if leg.account_id is not None:
        mark_wrapup(leg.account_id, now, now)
    client = client_leg(contact.id)
    if leg.kind == LegKind.TRANSFER and client is not None:
        client.on_hold = False
        shape_client(contact.id, now)
    log_event(contact.id, "removed", now, by, detail=leg.kind)
