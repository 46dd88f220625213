"""A page of hers connects by itself: into her own running talk, or the one that she has just accepted, and nowhere else."""

from __future__ import annotations

from datetime import datetime

from tesa.accounts.public import Role, member, uses_softphone
from tesa.intake import prompts, speaking
from tesa.intake.actions.fetch_caller import fetch_caller
from tesa.intake.actions.join_room import room_for
from tesa.intake.actions.leave_talk import leave_talk
from tesa.intake.actions.rejoin_room import rejoin_room
from tesa.intake.actions.ring_lines import stop_lines
from tesa.intake.queries import accepted_offer, locked
from tesa.intake.rules.softphone import BROWSER, account_of
from tesa.intake.rules.words import FINAL_RANK, LEG_RANK
from tesa.intake.softphone_queries import leg_of_call, talk_of
from tesa.telephony.inbound import CallForm
from tesa.telephony.plans import Hangup, Plan


def call_by_browser(form: CallForm, now: datetime) -> Plan:
    """What the browser that calls hears. Her client is fetched if that has not happened yet. Asked twice: the same."""
    closed: Plan = (speaking.say(prompts.GONE), Hangup())
    account_id = account_of(form.raw_from)
    person = member(account_id) if account_id else None
    if person is None or not person.active or not person.roles & {Role.PSYCHOLOGIST, Role.COORDINATOR}:
        return closed
    talk = talk_of(person.id) if uses_softphone(person.id) else None
    contact = locked(talk.contact_id) if talk else None
    if contact is None:
        return closed
    offer = accepted_offer(contact)
    if offer is None or offer.joined_at is not None or offer.account_id != person.id:
        return rejoin_room(contact.id, person.id, now, form.sid, BROWSER)
    offer.call_sid, offer.leg_status, offer.leg_rank = form.sid, "in-progress", LEG_RANK["in-progress"]
    stop_lines(offer, now)
    fetch_caller(offer, contact, now)
    return room_for(offer, now, form.sid, BROWSER)


def note_browser_status(form: CallForm, now: datetime) -> None:
    """A line that a browser has opened is over."""
    leg = leg_of_call(form.sid) if LEG_RANK.get(form.status, 0) >= FINAL_RANK else None
    contact = locked(leg.contact_id) if leg else None
    if leg is not None and contact is not None:
        leave_talk(leg, contact, now, "self")
