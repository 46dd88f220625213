"""The talk is over: the contact waits for its record, the psychologist has her wrap-up, every other line is closed."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from flask_babel import gettext as _

from tesa.core.errors import RuleBroken
from tesa.intake.actions.finish_test import finish_test
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.move_leg import move_leg
from tesa.intake.actions.withdraw_offers import withdraw_offers
from tesa.intake.models import Contact
from tesa.intake.queries import call_of
from tesa.intake.rules.talk import LegKind, LegState
from tesa.intake.rules.words import ContactState
from tesa.intake.talk_queries import live_legs
from tesa.psychologists.actions.mark_talking import mark_talking
from tesa.psychologists.actions.mark_wrapup import mark_wrapup
from tesa.psychologists.public import state_of, wrap_up
from tesa.psychologists.rules.presence import State
from tesa.telephony.outbox import enqueue

GOODBYE = "intake.goodbye"
STOP_LEG = "intake.stop_leg"
HAD_FINISHED_WITHIN = timedelta(seconds=34)  # from four seconds before the line broke off, where her ladder begins
LINES_CLOSE_WITHIN = timedelta(seconds=6)  # they close with the conference; what is open then is ended


def end_talk(contact: Contact, ended_by: str, now: datetime) -> None:
    """End the talk of `contact` (locked); `ended_by` is caller, psychologist, coordinator or system.

    Only the first report counts. A client whose line still stands hears a goodbye.
    """
    call = call_of(contact.id)
    if contact.state != ContactState.IN_PROGRESS or call is None:
        return
    if contact.test:
        finish_test(contact, now)
        return
    contact.state, contact.ended_at, contact.next_step_at = ContactState.TO_RECORD, now, None
    if call.ended_at is None:
        call.ended_at, call.ended_by = now, ended_by
        if ended_by != "caller":
            enqueue(GOODBYE, contact.id, now)
    if contact.psychologist_id is not None:
        contact.next_step_at = now + wrap_up()  # not recorded by then: filed as unfinished
        mark_wrapup(contact.psychologist_id, now, contact.next_step_at)
    withdraw_offers(contact.id, now)
    close_lines(contact, now)
    log_event(contact.id, "talk_ended", now, detail=ended_by)


def close_lines(contact: Contact, now: datetime, keep: frozenset[str] = frozenset()) -> None:
    """Everybody but the client, and the kinds in `keep`, leaves the talk of `contact` (locked)."""
    for leg in live_legs(contact.id):
        if leg.kind == LegKind.CLIENT or leg.kind in keep:
            continue
        if leg.kind in (LegKind.TRANSFER, LegKind.SUPERVISOR) and leg.account_id is not None:
            mark_wrapup(leg.account_id, now, now)
        if leg.state == LegState.JOINED:
            enqueue(STOP_LEG, leg.id, now, now + LINES_CLOSE_WITHIN)
        else:
            enqueue(STOP_LEG, leg.id, now)
            move_leg(leg, LegState.FAILED, now, "end")


def finish_talk(contact: Contact, by: uuid.UUID | None, ended_by: str, now: datetime) -> None:
    """Somebody of us ends the talk: the client hears a goodbye. Raises RuleBroken when there is none."""
    call = call_of(contact.id)
    if contact.state != ContactState.IN_PROGRESS or call is None:
        raise RuleBroken(_("Tidak ada percakapan telepon yang sedang berlangsung."))
    log_event(contact.id, "closed_by_us", now, by)
    end_talk(contact, ended_by, now)


def finish_broken_talk(contact: Contact, account_id: uuid.UUID, now: datetime) -> None:
    """The line of `account_id` broke off and the client waits again, but they had finished: it is over.

    Raises RuleBroken when it is not her line that broke off, or somebody else has the client by now.
    """
    call = call_of(contact.id)
    if contact.state != ContactState.WAITING or contact.first_to_ring_id != account_id or call is None:
        raise RuleBroken(_("Kontak ini sudah ditangani dengan cara lain."))
    if call.ended_at is None:
        call.ended_at, call.ended_by = now, "psychologist"
        enqueue(GOODBYE, contact.id, now)
    _record_broken(contact, account_id, "psychologist", now)


def had_finished(contact: Contact, now: datetime) -> bool:
    """Does a caller who hangs up at `now`, while she waits, follow our words that she may if she had finished?

    Whoever stays on for longer wants to be answered, and is owed a call; so is whoever was in an emergency.
    """
    if contact.first_to_ring_id is None or contact.ladder_from is None or contact.emergency_at is not None:
        return False
    return now - contact.ladder_from <= HAD_FINISHED_WITHIN


def end_broken_talk(contact: Contact, now: datetime) -> None:
    """She hung up soon after the line to her psychologist broke off: it is over, and that psychologist records it."""
    if contact.first_to_ring_id is not None:
        _record_broken(contact, contact.first_to_ring_id, "caller", now)


def _record_broken(contact: Contact, account_id: uuid.UUID, ended_by: str, now: datetime) -> None:
    contact.state, contact.ended_at, contact.next_step_at = ContactState.TO_RECORD, now, now + wrap_up()
    contact.waiting_since, contact.psychologist_id = None, account_id
    withdraw_offers(contact.id, now)
    if state_of(account_id, now) == State.FREE:  # her record is as long as if the line had not broken off
        mark_talking(account_id, contact.id, now)
        mark_wrapup(account_id, now, now + wrap_up())
    log_event(contact.id, "talk_ended", now, account_id if ended_by == "psychologist" else None, detail=ended_by)
