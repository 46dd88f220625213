"""What Twilio tells about the calls: twice, late, out of order, about a copy, before our own answer."""

from __future__ import annotations

import itertools

from sqlalchemy import select

from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.outreach.actions.note_text import note_text
from tesa.outreach.models import DispatchOffer
from tesa.outreach.outbox_kinds import settle_ring
from tesa.telephony.outbox import Outcome
from tests.outreach.night import Night

STATES = ("initiated", "ringing", "in-progress", "completed")


def test_in_whatever_order_the_end_is_noted_once(night: Night) -> None:
    worker = night.worker()
    for order in itertools.permutations(STATES):
        dispatch = night.raised("P1")
        for status in (*order, *order):
            night.call_ends(worker, status)
        assert night.codes(dispatch) == ["requested", "offered", "rang_out"], order


def test_the_end_of_a_copy_says_nothing(night: Night) -> None:
    worker, other = night.worker(tier=1), night.worker(tier=2)
    dispatch = night.raised("P1")
    night.call_ends(worker, "busy", sid="CA" + "f" * 32)
    assert night.rung(other) == 0
    assert "rang_out" not in night.codes(dispatch)


def test_a_call_whose_sid_comes_after_somebody_else_said_yes_is_stopped(night: Night) -> None:
    worker, other = night.worker(tier=1), night.worker(tier=2)
    night.raised("P1")
    night.at(3)
    with night.app.app_context():
        offer = db.session.scalars(select(DispatchOffer).where(DispatchOffer.account_id == other.id)).one()
        with transaction():
            offer.call_sid = None
            db.session.merge(offer)
        sid, offer_id = night.last_sid(other), offer.id
    night.writes(worker, "siap")
    assert not night.stopped(other)
    with night.app.app_context():
        with transaction():
            settle_ring(offer_id, Outcome("sent", sid=sid), night.now)
        night._deliver()
    assert night.stopped(other)


def test_a_text_that_did_not_arrive_is_noted_once(night: Night) -> None:
    worker = night.worker()
    dispatch = night.raised("P1")
    for status in ("delivered", "undelivered", "failed"):
        with night.app.app_context(), transaction():
            note_text(night.token(worker), status, "63016", night.now)
    assert night.codes(dispatch).count("text_failed") == 1


def test_a_token_of_nobody_changes_nothing(night: Night) -> None:
    with night.app.app_context(), transaction():
        note_text("nobody", "failed", None, night.now)
