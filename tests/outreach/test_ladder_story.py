"""Stories of a night: who is asked, in which minute, and how it ends."""

from __future__ import annotations

import pytest

from tests.outreach.night import Night, said


def test_the_first_ignores_it_the_next_two_ring_together_and_one_takes_it_by_text(night: Night) -> None:
    first, second, third, fourth = (night.worker() for _ in range(4))
    order = sorted((first, second, third, fourth), key=lambda p: str(p.id))
    dispatch = night.raised("P1")
    assert [night.rung(p) for p in order] == [1, 0, 0, 0]

    night.at(2.9)
    assert [night.rung(p) for p in order] == [1, 0, 0, 0]
    night.at(3)
    assert [night.rung(p) for p in order] == [1, 1, 1, 0]
    assert night.outcome_of(dispatch, order[0]) == "missed"

    reply = night.writes(order[2], "Siap!")
    assert reply is not None
    assert reply.startswith("Terima kasih, tugas ini untuk Anda.")
    row = night.dispatch(dispatch)
    assert (row.state, row.acknowledged_by, row.acknowledged_as) == ("acknowledged", order[2].id, "worker")
    assert row.next_step_at is None
    assert night.stopped(order[1])
    assert night.stopped(order[2])  # her own phone still rings too
    assert night.outcome_of(dispatch, order[1]) == "superseded"

    night.at(20)
    assert [night.rung(p) for p in order] == [1, 1, 1, 0]


def test_nobody_answers_coordinators_ring_at_six_minutes_and_then_every_three(night: Night) -> None:
    workers = [night.worker() for _ in range(3)]
    chief = night.somebody("coordinator")
    dispatch = night.raised("P1")
    night.at(3)
    night.at(5.9)
    assert night.rung(chief) == 0
    night.at(6)
    assert night.rung(chief) == 1
    for minute in (9, 12, 15, 60):
        night.at(minute)
    assert night.rung(chief) == 5
    assert [night.rung(w) for w in workers] == [1, 1, 1]
    assert night.dispatch(dispatch).next_step_at is not None

    night.presses(chief, "1")
    row = night.dispatch(dispatch)
    assert (row.state, row.acknowledged_by, row.acknowledged_as) == ("acknowledged", chief.id, "coordinator")


def test_a_voicemail_never_accepts(night: Night) -> None:
    worker, other = night.worker(tier=1), night.worker(tier=2)
    dispatch = night.raised("P1")
    heard = night.picks_up(worker)
    assert len(heard) == 4  # the whisper twice, a closing sentence, the end
    night.call_ends(worker, "completed")
    assert night.dispatch(dispatch).state == "requested"
    assert night.rung(other) == 0  # it rang: she has her three minutes
    night.at(3)
    assert night.rung(other) == 1
    assert night.outcome_of(dispatch, worker) == "missed"


def test_a_no_passes_it_on_at_once(night: Night) -> None:
    worker, other = night.worker(tier=1), night.worker(tier=2)
    dispatch = night.raised("P2")
    night.at(1)
    night.presses(worker, "2")
    assert night.rung(other) == 1
    assert night.outcome_of(dispatch, worker) == "declined"
    night.at(11)
    assert night.outcome_of(dispatch, other) == "missed"


def test_when_all_have_said_no_the_coordinators_ring_at_once(night: Night) -> None:
    worker, chief = night.worker(), night.somebody("coordinator")
    night.raised("P3")
    night.writes(worker, "TOLAK")
    assert night.rung(chief) == 1


@pytest.mark.parametrize(("status", "rings"), [("busy", 1), ("failed", 1), ("no-answer", 0), ("completed", 0)])
def test_in_an_emergency_a_phone_that_cannot_ring_passes_it_on_at_once(night: Night, status: str, rings: int) -> None:
    worker, other = night.worker(tier=1), night.worker(tier=2)
    night.raised("P1")
    night.call_ends(worker, status)
    night.call_ends(worker, status)
    assert night.rung(other) == rings
    assert night.writes(worker, "siap") is not None  # she may still answer by text


def test_a_number_twilio_refuses_passes_it_on_at_once(night: Night) -> None:
    worker, other = night.worker(tier=1), night.worker(tier=2)
    night.unreachable(worker)
    dispatch = night.raised("P1")
    night.at(0.02)
    assert night.rung(other) == 1
    assert "ring_failed" in night.codes(dispatch)


def test_nobody_on_shift_everybody_is_a_candidate_and_coordinators_ring_at_once(night: Night) -> None:
    worker = night.worker(tier=None)
    chief, on_rota = night.somebody("coordinator"), night.somebody("coordinator")
    night.on_rota(on_rota, "hotline", 3)
    night.raised("P1")
    assert (night.rung(worker), night.rung(on_rota), night.rung(chief)) == (1, 1, 0)
    night.at(3)
    assert (night.rung(on_rota), night.rung(chief)) == (2, 1)  # asked again: now all coordinators


def test_no_worker_at_all_coordinators_ring_at_once(night: Night) -> None:
    chief = night.somebody("coordinator")
    dispatch = night.raised("P4")
    assert night.rung(chief) == 1
    assert night.outcomes(dispatch) == [("coordinator", None)]


def test_nobody_to_ask_is_written_down_and_tried_again(night: Night, caplog: pytest.LogCaptureFixture) -> None:
    dispatch = night.raised("P1")
    assert "nobody_to_ask" in night.codes(dispatch)
    assert "there is no coordinator to ask" in caplog.text
    chief = night.somebody("coordinator")
    night.at(3)
    assert night.rung(chief) == 1


def test_two_accept_at_once_one_wins_and_the_other_is_told(night: Night) -> None:
    first, second = night.worker(tier=1), night.worker(tier=2)
    dispatch = night.raised("P1")
    night.at(3)
    won, lost = night.presses(second, "1"), night.presses(first, "1")
    assert night.dispatch(dispatch).acknowledged_by == second.id
    assert said(won) == "Terima kasih. Tugas ini untuk Anda. Rinciannya ada di papan."
    assert said(lost) == "Tugas ini sudah diterima petugas lain. Terima kasih."
    assert night.writes(first, "SIAP") == "Tugas ini sudah diterima petugas lain."
    assert sorted(night.outcomes(dispatch)) == [("worker", "accepted"), ("worker", "missed")]


def test_a_late_yes_counts_while_nobody_else_has_said_it(night: Night) -> None:
    worker = night.worker()
    night.somebody("coordinator")
    dispatch = night.raised("P1")
    night.at(8)
    assert night.outcome_of(dispatch, worker) == "missed"
    night.writes(worker, "siap")
    assert night.dispatch(dispatch).acknowledged_by == worker.id


def test_the_clock_that_stood_still_does_all_that_was_due(night: Night) -> None:
    workers, chief = [night.worker() for _ in range(3)], night.somebody("coordinator")
    night.raised("P1")
    night.at(7)
    assert sum(night.rung(w) for w in workers) == 3
    assert night.rung(chief) == 1


def test_somebody_who_left_is_not_rung_and_the_ladder_goes_on(night: Night) -> None:
    first, second = night.worker(tier=1), night.worker(tier=2)
    night.leaves(first)
    night.raised("P1")
    assert (night.rung(first), night.rung(second)) == (0, 1)
