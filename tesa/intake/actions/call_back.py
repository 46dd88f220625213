"""A promised call is made: first the phone of whoever makes it, then hers, and only if her plan allows it now.

Three times the rule is asked: when the button is pressed, when the own phone is rung, and when key 1 has been pressed
there, because between any two of them her plan may have changed or her safe hours may have ended.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.public import member
from tesa.cases.public import How
from tesa.core.db import db, new_id
from tesa.core.errors import RuleBroken
from tesa.intake import addresses, prompts
from tesa.intake.actions.log_event import log_event
from tesa.intake.models import CallBackTask, Contact, Offer
from tesa.intake.queries import number_of, offer_and_contact
from tesa.intake.reaching import refuse_unsafe, why_not
from tesa.intake.rules.words import FINAL_RANK, LEG_RANK, OfferOutcome
from tesa.telephony.inbound import CallForm, settings
from tesa.telephony.outbox import enqueue
from tesa.telephony.plans import DialNumbers, Gather, Hangup, Plan, Say

RING_BACK = "intake.call_back"
KIND = "back"
HER_PHONE_RINGS = 15  # seconds; Twilio adds five, and voicemails answer after twenty


def call_back(contact: Contact, by: uuid.UUID, now: datetime) -> None:
    """Ring the phone of `by`, to lead her to the caller of `contact` (locked), who is owed a call.

    Raises Conflict with the reason when it is not safe for the caller to be called now; RuleBroken when nothing is owed
    to her, or one of the two has no number. Pressing again while the own phone rings does nothing.
    """
    owed = db.session.scalar(
        db.select(CallBackTask.id).where(CallBackTask.contact_id == contact.id, CallBackTask.done_at.is_(None))
    )
    if owed is None:
        raise RuleBroken(_("Tidak ada janji menelepon kembali yang terbuka."))
    if number_of(contact) is None:
        raise RuleBroken(_("Nomornya tidak tampak, jadi ia tidak dapat ditelepon."))
    refuse_unsafe(How.CALL, contact, now)
    person = member(by)
    if person is None or not person.phone:
        raise RuleBroken(_("Isi nomor telepon Anda di profil lebih dahulu."))
    ringing = db.select(Offer.id).where(
        Offer.contact_id == contact.id, Offer.account_id == by, Offer.kind == KIND, Offer.outcome.is_(None)
    )
    if db.session.scalar(ringing) is not None:
        return
    offer = Offer(
        id=new_id(), contact_id=contact.id, kind=KIND, account_id=by, tier=0, reasons="call back",
        token=secrets.token_urlsafe(32), offered_at=now,
    )  # fmt: skip
    db.session.add(offer)
    db.session.flush()
    enqueue(RING_BACK, offer.id, now)


def still_safe(offer: Offer, contact: Contact, now: datetime) -> bool:
    """Ask once more. When it has become unsafe, the attempt ends here and her page says so."""
    if why_not(How.CALL, contact, now) is None:
        return True
    offer.outcome, offer.ended_at = OfferOutcome.CANCELLED, now
    log_event(contact.id, "held_back", now, offer.account_id)
    return False


def ask_caller_back(token: str, now: datetime) -> Plan:
    """What the own phone says when it is picked up."""
    found = offer_and_contact(token)
    if found is None or found[0].outcome is not None:
        return (Say(prompts.GONE), Hangup())
    return (Gather(addresses.of_back(token, "key"), (Say(prompts.WHISPER),), timeout=8), Hangup())


def dial_caller(token: str, form: CallForm, now: datetime) -> Plan:
    """Key 1 on the own phone: her phone rings, and who picks it up hears a neutral question first."""
    found = offer_and_contact(token)
    if found is None or found[0].outcome is not None:
        return (Say(prompts.GONE), Hangup())
    offer, contact = found
    if form.digits[:1] != "1":
        offer.outcome, offer.ended_at = OfferOutcome.DECLINED, now
        return (Say(prompts.DECLINED), Hangup())
    number = number_of(contact)
    if number is None or not still_safe(offer, contact, now):
        return (Say(prompts.NOT_NOW), Hangup())
    offer.outcome, offer.accepted_by, offer.joined_at = OfferOutcome.ACCEPTED, "phone", now
    log_event(contact.id, "called_back", now, offer.account_id)
    return (
        Say(prompts.CONNECTING),
        DialNumbers((number,), settings().voice_number, HER_PHONE_RINGS, addresses.of_back(token, "she")),
        Hangup(),
    )


def note_back_status(token: str, form: CallForm, now: datetime) -> None:
    """How the own phone's leg fares; one that nobody took ends the attempt, so that it can be made again."""
    found = offer_and_contact(token)
    rank = LEG_RANK.get(form.status, 0)
    if found is None or rank <= found[0].leg_rank:
        return
    offer = found[0]
    offer.leg_rank, offer.leg_status, offer.call_sid = rank, form.status, offer.call_sid or (form.sid or None)
    if rank >= FINAL_RANK and offer.outcome is None:
        offer.outcome, offer.ended_at = OfferOutcome.MISSED, now
