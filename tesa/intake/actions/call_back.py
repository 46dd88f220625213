"""A promised call is made: first the phone of whoever makes it, then hers, and only if her plan allows it now.

Four times the rule is asked: when the button is pressed, when the own phone is rung, when key 1 has been pressed there,
and when hers is rung, because between any two of them her plan may have changed or her safe hours may have ended.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.public import member
from tesa.cases.public import How
from tesa.core.db import db, new_id
from tesa.core.errors import Conflict, NotFound, RuleBroken
from tesa.intake import addresses, prompts
from tesa.intake.actions.climb_promise import assign_promise
from tesa.intake.actions.leave_talk import leave_talk
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.make_promise import promise_of
from tesa.intake.actions.talk_back import BACK, broke_off, is_under_way, talk_back
from tesa.intake.models import Contact, Offer
from tesa.intake.queries import call_of, number_of, offer_and_contact
from tesa.intake.reaching import refuse_unsafe, why_not
from tesa.intake.rules.words import FINAL_RANK, LEG_RANK, ContactState, OfferOutcome
from tesa.intake.speaking import say
from tesa.intake.talk_queries import leg_of_offer
from tesa.intake.wishes import never_for
from tesa.psychologists.actions.mark_free import mark_free
from tesa.psychologists.actions.mark_ringing import mark_ringing
from tesa.psychologists.public import state_of
from tesa.psychologists.rules.presence import State
from tesa.telephony.inbound import CallForm
from tesa.telephony.outbox import enqueue
from tesa.telephony.plans import Gather, Hangup, Plan

RING_BACK = "intake.call_back"


def call_back(contact: Contact, by: uuid.UUID, now: datetime) -> None:
    """Ring the phone of `by`, to lead her to the caller of `contact` (locked), who is owed a call.

    From now on `by` answers for the promise. Raises Conflict with the reason when it is not safe for the caller to be
    called now, or somebody calls her already; RuleBroken when nothing is owed to her, or one of the two has no number.
    Pressing again while the own phone rings does nothing.
    """
    if by in never_for(contact):
        raise NotFound
    task = promise_of(contact)
    if task is None or task.done_at is not None:
        raise RuleBroken(_("Tidak ada janji menelepon kembali yang terbuka."))
    if number_of(contact) is None:
        raise RuleBroken(_("Nomornya tidak tampak, jadi ia tidak dapat ditelepon."))
    refuse_unsafe(How.CALL, contact, now)
    person = member(by)
    if person is None or not person.phone:
        raise RuleBroken(_("Isi nomor telepon Anda di profil lebih dahulu."))
    rings_for = db.session.scalar(
        db.select(Offer.account_id).where(Offer.contact_id == contact.id, Offer.kind == BACK, Offer.outcome.is_(None))
    )
    if rings_for == by:
        return
    if rings_for is not None or contact.state == ContactState.IN_PROGRESS:
        raise Conflict(_("Rekan lain sedang meneleponnya."))
    if not mark_ringing(by, contact.id, now) and state_of(by, now) in (State.TALKING, State.RINGING):
        raise Conflict(_("Anda sedang dalam percakapan lain."))
    offer = Offer(
        id=new_id(), contact_id=contact.id, kind=BACK, account_id=by, tier=0, reasons="call back",
        token=secrets.token_urlsafe(32), offered_at=now,
    )  # fmt: skip
    db.session.add(offer)
    db.session.flush()
    if task.assigned_id != by:
        assign_promise(contact, task, by, now)
    enqueue(RING_BACK, offer.id, now)


def still_safe(offer: Offer, contact: Contact, now: datetime) -> bool:
    """Ask once more. When it has become unsafe, the attempt ends here and her page says so."""
    if why_not(How.CALL, contact, now) is None:
        return True
    end_back(offer, OfferOutcome.CANCELLED, now)
    log_event(contact.id, "held_back", now, offer.account_id)
    return False


def end_back(offer: Offer, outcome: OfferOutcome, now: datetime) -> None:
    """The attempt has come to nothing before both phones met: whoever made it may be rung again."""
    offer.outcome, offer.ended_at = outcome, now
    if offer.account_id is not None:
        mark_free(offer.account_id, now)


def ask_caller_back(token: str, now: datetime) -> Plan:
    """What the own phone says when it is picked up."""
    found = offer_and_contact(token)
    if found is None or found[0].outcome is not None:
        return (say(prompts.GONE), Hangup())
    return (Gather(addresses.of_back(token, "key"), (say(prompts.WHISPER),), timeout=8), Hangup())


def dial_caller(token: str, form: CallForm, now: datetime) -> Plan:
    """Key 1 on the own phone: she is led into the conference, and the caller's phone rings."""
    found = offer_and_contact(token)
    if found is None or found[0].outcome is not None:
        return (say(prompts.GONE), Hangup())
    offer, contact = found
    if form.digits[:1] != "1":
        end_back(offer, OfferOutcome.DECLINED, now)
        return (say(prompts.DECLINED), Hangup())
    if contact.state != ContactState.CALL_BACK:
        end_back(offer, OfferOutcome.CANCELLED, now)
        return (say(prompts.TAKEN), Hangup())
    if number_of(contact) is None or not still_safe(offer, contact, now):
        return (say(prompts.NOT_NOW), Hangup())
    return talk_back(offer, contact, form, now)


def note_back_status(token: str, form: CallForm, now: datetime) -> None:
    """How the own phone's leg fares; one that nobody took ends the attempt, so that it can be made again."""
    found = offer_and_contact(token)
    rank = LEG_RANK.get(form.status, 0)
    if found is None or rank <= found[0].leg_rank:
        return
    offer, contact = found
    offer.leg_rank, offer.leg_status, offer.call_sid = rank, form.status, offer.call_sid or (form.sid or None)
    if rank < FINAL_RANK:
        return
    if offer.outcome is None:
        end_back(offer, OfferOutcome.MISSED, now)
    elif is_under_way(offer, contact):
        _own_line_is_over(offer, contact, now)


def _own_line_is_over(offer: Offer, contact: Contact, now: datetime) -> None:
    call, leg = call_of(contact.id), leg_of_offer(offer.id)
    if call is not None and call.joined_at is None:
        broke_off(offer, contact, now)
    elif leg is not None:
        leave_talk(leg, contact, now, "self")
