"""A talk: who is muted or held, who comes and goes, what is heard once."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select

from tesa.core.db import db
from tesa.intake import addresses, sealing
from tesa.intake.actions.accept_into_talk import SAY_LISTENED
from tesa.intake.actions.call_third_party import CALL_THIRD
from tesa.intake.actions.end_talk import GOODBYE, STOP_LEG
from tesa.intake.actions.hand_over import LEAVE_ROOM
from tesa.intake.actions.leave_talk import leave_talk
from tesa.intake.actions.lose_psychologist import TO_QUEUE
from tesa.intake.actions.move_leg import move_leg
from tesa.intake.actions.press_digits import PRESS_DIGITS
from tesa.intake.actions.shape_leg import SHAPE
from tesa.intake.actions.watch_connection import CHECK_LEG
from tesa.intake.models import Contact
from tesa.intake.outbox_kinds.phones import nothing_more
from tesa.intake.queries import call_of
from tesa.intake.rules.talk import OVER, SERVICES, LegKind, LegState, client_hears_music
from tesa.intake.rules.words import FINAL_RANK, LEG_RANK, ContactState
from tesa.intake.talk_models import TalkLeg, ThirdParty
from tesa.intake.talk_queries import client_leg, leg_by_id, legs_of, psychologist_leg
from tesa.telephony.gateway import (
    AddParticipant,
    Announce,
    ChangeParticipant,
    CheckCall,
    EndCall,
    PlaceCall,
    RedirectCall,
    RemoveParticipant,
    Request,
)
from tesa.telephony.outbox import Kind, Outcome, Promise, enqueue

THIRD_RINGS = 30  # seconds


def _room(contact_id: uuid.UUID) -> str:
    """The present conference: by its SID, once an event has told it."""
    call = call_of(contact_id)
    return (call.room_sid if call else None) or addresses.room(contact_id, call.room_round if call else 1)


def _present(ref: uuid.UUID) -> tuple[TalkLeg, Contact] | None:
    """The leg and its contact, while they talk and she is in it."""
    leg = db.session.get(TalkLeg, ref)
    contact = db.session.get(Contact, leg.contact_id) if leg else None
    if leg is None or contact is None or leg.state in OVER or contact.state != ContactState.IN_PROGRESS:
        return None
    return leg, contact


def _compose_shape(ref: uuid.UUID, _now: datetime) -> Request | None:
    found = _present(ref)
    if found is None or found[0].state != LegState.JOINED or found[0].stepped_out_at is not None:
        return None
    leg, contact = found
    who = leg.call_sid or leg.label
    if leg.kind == LegKind.CLIENT:
        held = client_hears_music(legs_of(contact.id))
        return ChangeParticipant(
            _room(contact.id), who, leg.muted, held, addresses.room_hold(contact.id) if held else None
        )
    if leg.kind == LegKind.SUPERVISOR:
        heard = psychologist_leg(contact)
        coach = (heard.call_sid if heard and heard.call_sid else "") if leg.coaching else ""
        return ChangeParticipant(_room(contact.id), who, muted=leg.muted, coach=coach)
    return ChangeParticipant(_room(contact.id), who, muted=leg.muted)


def _compose_third(ref: uuid.UUID, _now: datetime) -> Request | None:
    """A service is put straight into the room, where its ringing is heard; anybody else presses a key first, so that no
    voicemail listens to a client."""
    found = _present(ref)
    if found is None or found[0].call_sid is not None:
        return None
    leg, contact = found
    number = _number_of(leg)
    if number is None:
        return None
    status = addresses.of_leg(leg.token, "status")
    if leg.short_name in SERVICES:
        return AddParticipant(
            _room(contact.id), number, leg.label, status, addresses.of_room(contact.id), THIRD_RINGS
        )  # fmt: skip
    return PlaceCall(number, addresses.of_leg(leg.token), status, THIRD_RINGS)


def _number_of(leg: TalkLeg) -> str | None:
    if leg.number_sealed is not None:
        return sealing.open_typed_number(leg.contact_id, leg.id, leg.number_sealed)
    party = db.session.get(ThirdParty, leg.party_id) if leg.party_id else None
    return sealing.open_party(party.id, "number", party.number_sealed) if party else None


def _settle_third(ref: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    """Keep the SID; a line that could not be opened is over. When we do not know, Twilio's reports will say."""
    found = leg_by_id(ref)
    if found is None:
        return
    leg, contact = found
    if outcome.state == "sent":
        leg.call_sid = leg.call_sid or outcome.sid
        if leg.state in OVER:
            enqueue(STOP_LEG, leg.id, now)
    elif outcome.state == "failed":
        leave_talk(leg, contact, now, "failed", LegState.FAILED)


def _compose_stop(ref: uuid.UUID, _now: datetime) -> Request | None:
    leg = db.session.get(TalkLeg, ref)
    if leg is None or leg.call_sid is None or (leg.state in OVER and leg.left_by not in ("end", "staff")):
        return None
    return EndCall(leg.call_sid)


def _settle_stop(ref: uuid.UUID, _outcome: Outcome, now: datetime) -> None:
    found = leg_by_id(ref)
    if found is not None:
        move_leg(found[0], LegState.LEFT, now, "end")


def _compose_leave(ref: uuid.UUID, _now: datetime) -> Request | None:
    leg = db.session.get(TalkLeg, ref)
    if leg is None or leg.left_by != "handed_over":
        return None
    return RemoveParticipant(_room(leg.contact_id), leg.call_sid or leg.label)


def _compose_listened(ref: uuid.UUID, _now: datetime) -> Request | None:
    found = _present(ref)
    if found is None:
        return None
    leg = found[0]
    return Announce(_room(leg.contact_id), addresses.room_listened(), leg.call_sid or leg.label)


def _compose_digits(ref: uuid.UUID, _now: datetime) -> Request | None:
    found = _present(ref)
    if found is None or not found[0].digits or found[0].call_sid is None:
        return None
    return RedirectCall(found[0].call_sid, addresses.of_leg(found[0].token, "digits"))


def _compose_to_queue(ref: uuid.UUID, _now: datetime) -> Request | None:
    call = call_of(ref)
    waits = db.session.scalar(select(Contact.id).where(Contact.id == ref, Contact.state == ContactState.WAITING))
    if call is None or waits is None or call.ended_at is not None or call.queue_sid is not None:
        return None
    return RedirectCall(call.call_sid, addresses.of_call(ref, "again"))


def _compose_goodbye(ref: uuid.UUID, _now: datetime) -> Request | None:
    call, leg = call_of(ref), client_leg(ref)
    if call is None or (leg is not None and leg.state in OVER):
        return None
    return RedirectCall(call.call_sid, addresses.of_call(ref, "bye"))


def _compose_check(ref: uuid.UUID, _now: datetime) -> Request | None:
    found = _present(ref)
    return CheckCall(found[0].call_sid) if found and found[0].call_sid else None


def _settle_check(ref: uuid.UUID, outcome: Outcome, now: datetime) -> None:
    found = leg_by_id(ref)
    if found is not None and outcome.state == "sent" and LEG_RANK.get(outcome.sid or "", 0) >= FINAL_RANK:
        leave_talk(found[0], found[1], now, "self")


KINDS = (
    Kind(SHAPE, _compose_shape, nothing_more, Promise.CONTROL),
    Kind(CALL_THIRD, _compose_third, _settle_third, Promise.ONCE),
    Kind(STOP_LEG, _compose_stop, _settle_stop, Promise.CONTROL),
    Kind(LEAVE_ROOM, _compose_leave, nothing_more, Promise.CONTROL),
    Kind(SAY_LISTENED, _compose_listened, nothing_more, Promise.CONTROL),
    Kind(PRESS_DIGITS, _compose_digits, nothing_more, Promise.CONTROL),
    Kind(TO_QUEUE, _compose_to_queue, nothing_more, Promise.CONTROL),
    Kind(GOODBYE, _compose_goodbye, nothing_more, Promise.CONTROL),
    Kind(CHECK_LEG, _compose_check, _settle_check, Promise.CONTROL),
)
