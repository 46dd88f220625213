"""What is sent, and to which number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tesa.telephony.gateway import SendMessage
from tests.outreach.night import Night


def configure(night: Night, **changes: Any) -> None:
    night.app.extensions["tesa_settings"] = replace(night.app.extensions["tesa_settings"], **changes)


@pytest.mark.parametrize(
    ("changes", "channels"),
    [
        ({}, ["sms"]),
        ({"sms_number": None}, ["whatsapp"]),
        ({"sms_number": None, "whatsapp_number": None}, []),
    ],
)
def test_texts_go_by_sms_else_whatsapp_else_only_the_phone_rings(
    night: Night, changes: dict[str, Any], channels: list[str]
) -> None:
    configure(night, **changes)
    worker = night.worker()
    night.raised("P1")
    assert [m.channel for m in night.gateway.messages] == channels
    assert night.rung(worker) == 1


def test_both_numbers_of_the_settings_are_rung(night: Night) -> None:
    configure(night, coordinator_numbers=("+622150000091", "+622150000092"))
    chief = night.somebody("coordinator")
    night.raised("P1")
    assert (night.rung("+622150000091"), night.rung("+622150000092"), night.rung(chief)) == (1, 1, 0)
    night.at(3)
    assert (night.rung("+622150000091"), night.rung("+622150000092"), night.rung(chief)) == (2, 2, 1)


def test_a_number_that_has_left_the_settings_is_not_rung(night: Night) -> None:
    configure(night, coordinator_numbers=("+622150000091",))
    night.gateway.refuse("20429", again=2.0, meant=lambda r: not isinstance(r, SendMessage))
    night.raised("P1")
    configure(night, coordinator_numbers=())
    night.at(0.1)
    assert night.rung("+622150000091") == 1


def test_a_text_that_twilio_refuses_is_noted(night: Night) -> None:
    night.worker()
    night.gateway.refuse("21610", meant=lambda r: isinstance(r, SendMessage))
    dispatch = night.raised("P1")
    assert night.codes(dispatch) == ["requested", "offered", "text_failed"]


def test_a_ring_whose_fate_is_unknown_is_tried_once_more(night: Night) -> None:
    worker = night.worker()
    night.gateway.hang(meant=lambda r: not isinstance(r, SendMessage))
    night.raised("P1")
    night.at(0.1)
    night.at(0.2)
    assert night.rung(worker) == 2


def test_a_ring_that_waits_is_dropped_when_somebody_has_it_meanwhile(night: Night) -> None:
    worker = night.worker()
    night.gateway.refuse("20429", again=2.0, meant=lambda r: not isinstance(r, SendMessage))
    night.raised("P1")
    night.writes(worker, "siap")
    night.at(0.1)
    assert night.rung(worker) == 1
