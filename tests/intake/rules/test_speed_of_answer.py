"""What the ladder and the order of people are worth in simulated months (`python -m bench.answer`)."""

from __future__ import annotations

import statistics

from bench.answer import POLICIES, World, simulate

SEEDS = range(1, 4)


def test_nine_of_ten_are_answered_in_twenty_seconds_with_few_telephones_and_little_of_the_back_up() -> None:
    one_at_a_time, *_others, ours = (simulate(World(), policy, SEEDS) for policy in (POLICIES[0], POLICIES[-1]))
    soon, phones, back_up = (statistics.mean(month[n] for month in ours) for n in (1, 3, 5))
    assert soon >= 0.89, "90 % over many months; three months waver by one"
    assert phones <= 1.9
    assert back_up <= 0.1
    assert soon > statistics.mean(month[1] for month in one_at_a_time) + 0.05


def test_the_same_seed_is_the_same_month() -> None:
    world = World(days=2)
    assert simulate(world, POLICIES[-1], [7]) == simulate(world, POLICIES[-1], [7])
    assert simulate(world, POLICIES[-1], [7]) != simulate(world, POLICIES[-1], [8])
