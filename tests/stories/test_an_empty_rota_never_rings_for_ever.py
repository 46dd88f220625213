"""Nobody is on shift: coordinators are rung at once, and she has a choice."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from flask import Flask

from tesa.core.transactions import transaction
from tesa.psychologists.actions.pause import pause
from tests.stories.line import Hotline, Someone
from tests.support.settings import COORDINATOR_NUMBERS


def test_coordinators_ring_at_once(hotline: Hotline) -> None:
    hotline.calls()
    hotline.tick()
    assert set(hotline.gateway.rung) == set(COORDINATOR_NUMBERS)


def test_only_the_back_up_is_on_shift(hotline: Hotline) -> None:
    back_up = hotline.psychologist(tier=2)
    hotline.calls()
    hotline.pass_seconds(4)
    assert hotline.gateway.rung == [back_up.number]


def test_a_coordinator_answers(hotline: Hotline) -> None:
    coordinator = hotline.someone("coordinator", tier=3)
    caller = hotline.calls()
    hotline.tick()
    assert coordinator.number in hotline.gateway.rung
    hotline.answers(coordinator, caller)
    assert hotline.contact(caller).psychologist_id == coordinator.id


def test_without_anybody_she_hears_her_choice_at_once(hotline: Hotline, app: Flask) -> None:
    app.extensions["tesa_settings"] = replace(app.extensions["tesa_settings"], coordinator_numbers=())
    caller = hotline.calls()
    hotline.clock.advance(5)
    hotline.waits(caller)
    assert "Tekan 2" in caller.heard[1]


def test_everybody_talks_and_the_coordinators_come_at_15(hotline: Hotline) -> None:
    person = hotline.psychologist()
    first = hotline.calls("+6281290000001")
    hotline.pass_seconds(4)
    hotline.answers(person, first)
    hotline.calls("+6281290000002")
    hotline.pass_seconds(14)
    assert not set(COORDINATOR_NUMBERS) & set(hotline.gateway.rung)
    hotline.pass_seconds(1)
    assert set(COORDINATOR_NUMBERS) <= set(hotline.gateway.rung)


def test_a_number_that_talks_is_not_rung_for_another(hotline: Hotline) -> None:
    first = hotline.calls("+6281290000001")
    hotline.tick()
    number = Someone(uuid.uuid4(), "", COORDINATOR_NUMBERS[0])
    hotline.answers(number, first)
    second = hotline.calls("+6281290000002")
    hotline.pass_seconds(40)
    assert hotline.rings(COORDINATOR_NUMBERS[0]) == 1
    assert hotline.rings(COORDINATOR_NUMBERS[1]) > 1
    assert {offer.setting_number for offer in hotline.offers(second)} == {1}


@pytest.mark.parametrize("paused", [False, True])
def test_a_number_that_is_the_telephone_of_an_account_rings_once(hotline: Hotline, app: Flask, paused: bool) -> None:
    person = hotline.someone("coordinator", tier=3)
    settings = app.extensions["tesa_settings"]
    app.extensions["tesa_settings"] = replace(settings, coordinator_numbers=(person.number,))
    if paused:  # she takes no calls, the number of last resort does
        with transaction():
            pause(person.id, "rest", hotline.clock.now())
    first = hotline.calls("+6281290000001")
    hotline.tick()
    second = hotline.calls("+6281290000002")
    hotline.pass_seconds(5)
    assert hotline.gateway.rung == [person.number]
    assert [offer.account_id for offer in hotline.offers(first)] == [None if paused else person.id]
    assert hotline.offers(second) == []
