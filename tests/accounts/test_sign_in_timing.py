"""A failed sign-in does not tell by its time what was wrong. `python -m bench.sign_in` measures it with 200 trials."""

from __future__ import annotations

import pytest
from flask import Flask

from bench.sign_in import measure, spread

APART = 25.0  # milliseconds of the processor; loose, as other tests run beside this one. Without the hash: some 100


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_all_ways_to_fail_take_the_same_time(app: Flask) -> None:
    four = measure(app, 15)
    assert spread([case.first_cpu for case in four]) < APART
    assert spread([case.second_cpu for case in four]) < APART
