"""Many callers at once, with lost, doubled, late and reordered callbacks: nobody is lost, nobody is rung for two.

`python -m bench.burst --seeds 200` plays more of them.
"""

from __future__ import annotations

import pytest
from flask import Flask

from tests.burst.night import Replaceable, make_night
from tests.support.moved_clock import MovedClock
from tests.support.twilio import Twilio


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "callers", "psychologists"), [(1, 3, 3), (2, 3, 3), (3, 3, 3), (4, 8, 4), (6, 2, 0)])
def test_a_burst(
    app: Flask,
    twilio: Twilio,
    gateway: Replaceable,
    clock: MovedClock,
    seed: int,
    callers: int,
    psychologists: int,
) -> None:
    night = make_night(app, twilio, gateway, clock, seed, callers, psychologists)
    wrong = night.run()
    assert wrong == [], "\n".join(night.exchange.journal)
