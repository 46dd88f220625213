"""The legs of a call back."""

from __future__ import annotations

from flask import Response

from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.intake import addresses, prompts
from tesa.intake.actions.call_back import ask_caller_back, dial_caller, note_back_status
from tesa.intake.actions.note_caller_status import caller_is_gone
from tesa.intake.actions.talk_back import is_under_way, not_answered, note_her_sid, she_answered
from tesa.intake.queries import call_of, offer_and_contact
from tesa.intake.rules.words import FINAL_RANK, LEG_RANK
from tesa.intake.speaking import say
from tesa.intake.webhooks.blueprint import NOTED, blueprint
from tesa.telephony import twiml
from tesa.telephony.inbound import call_form
from tesa.telephony.plans import Gather, Hangup, Plan


@blueprint.post("/back/<token>")
def back(token: str) -> Response:
    """The phone of whoever calls back has been picked up."""
    now = clock.now()
    with transaction():
        plan = ask_caller_back(token, now)
    return twiml.response(plan)


@blueprint.post("/back/<token>/key")
def back_key(token: str) -> Response:
    """She presses 1: the caller's phone rings, if that is safe."""
    form, now = call_form(), clock.now()
    with transaction():
        plan = dial_caller(token, form, now)
    return twiml.response(plan)


@blueprint.post("/back/<token>/she")
def back_she(token: str) -> Response:
    """The called phone has been picked up, by her or by somebody else: nothing is said but a neutral question."""
    form = call_form()
    with transaction():
        found = offer_and_contact(token)
        plan: Plan = (Hangup(),)
        if found is not None and is_under_way(*found):
            note_her_sid(*found, form.sid)
            plan = (Gather(addresses.of_back(token, "yes"), (say(prompts.WHO_IS_THERE),), timeout=8), Hangup())
    return twiml.response(plan)


@blueprint.post("/back/<token>/yes")
def back_yes(token: str) -> Response:
    """A key was pressed there: she comes into the conference. A voicemail presses none."""
    form, now = call_form(), clock.now()
    with transaction():
        found = offer_and_contact(token)
        plan = she_answered(*found, form, now) if found is not None else (Hangup(),)
    return twiml.response(plan)


@blueprint.post("/back/<token>/hers")
def back_hers(token: str) -> tuple[str, int]:
    """How the called phone fares."""
    form, now = call_form(), clock.now()
    with transaction():
        found = offer_and_contact(token)
        if found is not None:
            offer, contact = found
            call = call_of(contact.id)
            if LEG_RANK.get(form.status, 0) < FINAL_RANK:
                note_her_sid(offer, contact, form.sid)
            elif is_under_way(offer, contact) and call is not None and call.joined_at is None:
                not_answered(offer, contact, now)
            elif call is not None and call.call_sid == form.sid:
                caller_is_gone(contact, now)
    return NOTED


@blueprint.post("/back/<token>/nobody")
def back_nobody(token: str) -> Response:
    """Whoever called back hears that nobody was reached."""
    return twiml.response((say(prompts.NOT_ANSWERED), Hangup()))


@blueprint.post("/back/<token>/status")
def back_status(token: str) -> tuple[str, int]:
    """How the phone of whoever calls back fares."""
    form, now = call_form(), clock.now()
    with transaction():
        note_back_status(token, form, now)
    return NOTED
