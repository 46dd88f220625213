"""What is heard on a phone that was rung."""

from __future__ import annotations

import pytest

from tesa.core.transactions import transaction
from tesa.outreach.actions.answer_ring import answer_ring, press_key
from tesa.telephony.plans import Gather, Hangup, Say
from tests.outreach.night import Night, make_call_form, said


def test_the_whisper_says_nothing_about_anybody_and_is_repeated_once(night: Night) -> None:
    worker = night.worker()
    night.raised("P1", place="Jalan Rahasia 7")
    first, second, closing, end = night.picks_up(worker)
    assert first == second
    assert isinstance(first, Gather)
    assert first.prompts == (Say("Ada tugas. Tekan satu untuk menerima, dua bila tidak bisa."),)
    assert first.action == f"http://127.0.0.1:5000/twilio/dispatch/{night.token(worker)}/key"
    assert isinstance(closing, Say)
    assert isinstance(end, Hangup)


@pytest.mark.parametrize("digit", ["3", "*", "#", "", "11"])
def test_another_key_hears_the_whisper_again(night: Night, digit: str) -> None:
    worker = night.worker()
    dispatch = night.raised("P1")
    assert isinstance(night.presses(worker, digit)[0], Gather)
    assert night.dispatch(dispatch).state == "requested"


def test_the_key_that_comes_twice_is_answered_alike(night: Night) -> None:
    worker = night.worker()
    dispatch = night.raised("P1")
    assert night.presses(worker, "1") == night.presses(worker, "1")
    assert night.codes(dispatch).count("acknowledged") == 1
    assert not night.stopped(worker)  # her call ends by itself


def test_who_accepted_does_not_decline_by_a_second_key(night: Night) -> None:
    worker = night.worker()
    dispatch = night.raised("P1")
    night.presses(worker, "1")
    night.presses(worker, "2")
    assert night.dispatch(dispatch).acknowledged_by == worker.id


def test_who_picks_up_after_a_coordinator_took_it_is_told_by_role(night: Night) -> None:
    worker, chief = night.worker(tier=None), night.somebody("coordinator")
    night.raised("P1")
    night.presses(chief, "1")
    assert said(night.picks_up(worker)) == "Tugas ini sudah diterima koordinator. Terima kasih."


def test_a_token_of_nobody_is_answered(night: Night) -> None:
    form = make_call_form("CA" + "0" * 32, "in-progress", "1")
    with night.app.app_context(), transaction():
        assert isinstance(answer_ring("nobody", form, night.now)[-1], Hangup)
        assert isinstance(press_key("nobody", form, night.now)[-1], Hangup)
