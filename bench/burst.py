"""Bursts of callers by seed: `python -m bench.burst --seeds 200`. What went wrong is made small and printed.

Each seed is a night of its own: callers who hang up and press keys, psychologists who do or do not pick up, and
callbacks that are lost, doubled, late and out of order (tests/burst). Time is moved, nothing is waited for.
"""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

from tesa.app import create_app
from tesa.core import clock as wall_clock
from tesa.core.vault import create_key_file
from tests.burst.night import Night, Replaceable, make_night
from tests.support.client import OutsideClient
from tests.support.compiled_statements import share_compiled
from tests.support.databases import Databases, databases
from tests.support.moved_clock import MovedClock
from tests.support.settings import close_engines, make_settings, migrate_at
from tests.support.twilio import Twilio

SIZES = ((3, 3), (20, 5), (50, 10))


def play(made: Databases, key_file: Path, seed: int, size: tuple[int, int], only: Iterable[int] | None = None) -> Night:
    """One night with all its callers, or `only` some of them."""
    settings = make_settings(made.fresh(), key_file, audit_dir=key_file.parent / "audit")
    gateway, clock = Replaceable(), MovedClock()
    app = create_app(settings, gateway=gateway, threads=False)
    app.test_client_class = OutsideClient
    wall_clock.use(clock)
    try:
        with app.app_context():
            share_compiled()
            night = make_night(app, Twilio(app.test_client(), settings), gateway, clock, seed, *size)
            night.run(only)
    finally:
        wall_clock.use(None)
        close_engines(app)
    return night


def smallest(made: Databases, key_file: Path, seed: int, size: tuple[int, int]) -> tuple[set[int], Night]:
    """The fewest callers with whom something still goes wrong."""
    kept, night = set(range(size[0])), play(made, key_file, seed, size)
    for caller in range(size[0]):
        fewer = play(made, key_file, seed, size, kept - {caller})
        if fewer.wrong:
            kept, night = kept - {caller}, fewer
    return kept, night


def main() -> None:
    """Print a table; exit with 1 if anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--size", choices=[f"{c}x{p}" for c, p in SIZES], help="only this one")
    parser.add_argument("--journal", action="store_true", help="print what happened in the smallest failing night")
    asked = parser.parse_args()
    logging.disable(logging.ERROR)  # refusals of requests to legs that are over
    folder = Path(tempfile.mkdtemp(prefix="tesa-burst-"))
    key_file = folder / "keys"
    create_key_file(key_file)
    made = databases(lambda url: migrate_at(url, key_file))
    failed = 0
    for size in SIZES:
        name = f"{size[0]}x{size[1]}"
        if asked.size not in (None, name):
            continue
        begun, nights, wrong = time.process_time(), 0, []
        for seed in range(asked.first, asked.first + asked.seeds):
            night = play(made, key_file, seed, size)
            nights += 1
            if night.wrong:
                wrong.append(seed)
                print(f"{name} seed {seed}: {night.wrong[0]}", flush=True)
        cpu = time.process_time() - begun
        print(f"{name:>7} {nights:5} nights {len(wrong):4} went wrong {cpu / nights:7.1f} CPU s a night", flush=True)
        failed += len(wrong)
        for seed in wrong[:3] if asked.journal else ():
            callers, night = smallest(made, key_file, seed, size)
            print(f"{name} seed {seed}, callers {sorted(callers)}: {night.wrong}", *night.exchange.journal, sep="\n  ")
    made.close()
    raise SystemExit(os.EX_OK if failed == 0 else 1)


if __name__ == "__main__":
    main()
