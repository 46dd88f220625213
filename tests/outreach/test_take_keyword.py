"""Texts from the field."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tesa.core.transactions import transaction
from tesa.outreach.actions.take_keyword import take_keyword
from tesa.outreach.rules.lifecycle import State
from tests.outreach.night import COORDINATOR, Night, make_message_form

STRANGER = "+6281200099999"


def test_a_strangers_text_is_not_taken(night: Night) -> None:
    night.worker()
    night.raised("P1")
    assert night.writes(STRANGER, "SIAP") is None
    with night.app.test_request_context(), transaction():
        assert take_keyword(make_message_form("SM1", None, "SIAP"), night.now) is None


def test_a_psychologists_text_is_not_taken(night: Night) -> None:
    psychologist = night.somebody("psychologist")
    assert night.writes(psychologist, "SIAP") is None


def test_without_an_open_task_keywords_are_answered_and_other_words_left(night: Night) -> None:
    worker = night.worker()
    assert night.writes(worker, "SIAP") == "Tidak ada tugas terbuka untuk Anda."
    assert night.writes(worker, "tolak") == "Tidak ada tugas terbuka untuk Anda."
    assert night.writes(worker, "BERANGKAT") == "Tidak ada tugas yang sedang Anda jalankan."
    assert night.writes(worker, "halo, apa kabar") is None


def test_unclear_words_are_asked_about_while_an_offer_is_open(night: Night) -> None:
    worker = night.worker()
    dispatch = night.raised("P1")
    for unclear in ("siapa?", "tidak siap", "iya bu"):
        assert night.writes(worker, unclear) == (
            "Pesan belum dipahami. Balas SIAP untuk menerima tugas, TOLAK bila tidak bisa."
        )
    assert night.dispatch(dispatch).state == "requested"


def test_a_long_story_a_picture_or_a_place_belong_to_the_inbox(night: Night) -> None:
    worker = night.worker()
    night.raised("P1")
    assert (
        night.writes(worker, "tolong saya sendiri sedang diikuti orang dari tadi sore dan sekarang dia di depan")
        is None
    )
    assert night.writes(worker, "", latitude="-6.2") is None


def test_the_way_through_the_field(night: Night) -> None:
    worker = night.worker()
    dispatch = night.raised("P1")
    night.writes(worker, "siap")
    night.at(5)
    assert night.writes(worker, "Berangkat") == "Tercatat: berangkat. Balas TIBA bila sudah sampai."
    night.at(20)
    assert night.writes(worker, "tiba") == "Tercatat: tiba. Balas SELESAI bila sudah selesai."
    night.at(50)
    assert night.writes(worker, "selesai") == "Tercatat: selesai. Terima kasih."
    row = night.dispatch(dispatch)
    assert row.state == "cleared"
    assert row.acknowledged_at < row.en_route_at < row.on_scene_at < row.cleared_at


def test_a_step_out_of_order_is_explained(night: Night) -> None:
    worker = night.worker()
    dispatch = night.raised("P1")
    night.writes(worker, "siap")
    assert night.writes(worker, "selesai") == "Langkah ini tidak bisa sekarang. Keadaan tugas: Diterima petugas."
    assert night.dispatch(dispatch).state == "acknowledged"


def test_the_same_text_twice_works_once(night: Night) -> None:
    worker = night.worker()
    urgent, other = night.raised("P1"), night.raised("P3")
    sid = "SM" + "a" * 32
    first, again = night.writes(worker, "siap", sid=sid), night.writes(worker, "siap", sid=sid)
    assert first == again
    assert night.dispatch(urgent).state == "acknowledged"
    assert night.dispatch(other).state == "requested"
    assert night.writes(worker, "siap") is not None
    assert night.dispatch(other).state == "acknowledged"


def test_the_most_urgent_is_meant(night: Night) -> None:
    worker = night.worker()
    other, urgent = night.raised("P3"), night.raised("P1")
    night.writes(worker, "siap")
    assert night.dispatch(urgent).state == "acknowledged"
    assert night.dispatch(other).state == "requested"


def test_a_yes_twice_by_hand_is_answered_kindly(night: Night) -> None:
    worker = night.worker()
    night.raised("P1")
    night.writes(worker, "siap")
    assert str(night.writes(worker, "siap")).startswith("Tugas ini sudah Anda terima.")
    assert night.writes(worker, "tolak") == "Tugas ini sudah Anda terima. Hubungi koordinator bila tidak bisa."


def test_a_late_keyword_for_a_task_that_is_over(night: Night) -> None:
    worker, other = night.worker(tier=1), night.worker(tier=2)
    dispatch = night.raised("P1")
    night.at(3)
    night.moved(dispatch, State.STOOD_DOWN, COORDINATOR)
    assert night.writes(worker, "SIAP") == "Tidak ada tugas terbuka untuk Anda."
    assert night.writes(other, "SIAP") == "Tidak ada tugas terbuka untuk Anda."
    assert night.dispatch(dispatch).state == "stood_down"


@pytest.mark.parametrize("known", [True, False], ids=["her account has the number", "nobody's account has it"])
def test_a_coordinator_number_of_the_settings_may_take_it(night: Night, known: bool) -> None:
    number = night.somebody("coordinator").phone if known else STRANGER
    night.app.extensions["tesa_settings"] = replace(
        night.app.extensions["tesa_settings"], coordinator_numbers=(number,)
    )
    dispatch = night.raised("P1")
    assert night.rung(number) == 1
    night.writes(number, "siap")
    row = night.dispatch(dispatch)
    assert (row.state, row.acknowledged_as, row.acknowledged_by is None) == ("acknowledged", "coordinator", not known)
    assert night.writes(number, "berangkat") == "Tercatat: berangkat. Balas TIBA bila sudah sampai."
