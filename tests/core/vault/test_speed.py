"""Sealing must not cost much more than the cipher itself; `make bench` prints the figure (aim 1.5), here is the alarm."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

from bench.sealing import measure
from tesa.core.vault import Field
from tests.core.vault.memory_store import make_vault


def test_sealing_and_opening_a_note_costs_little_more_than_the_cipher() -> None:
    best = min(measure(rounds=15).ratio for _ in range(3))
    assert best < 2.0, "1.4 when it was written, 1.9 before"


def test_many_threads_share_the_ciphers_of_a_key() -> None:
    vault, store = make_vault()
    place = Field("note", "body", uuid.uuid4(), uuid.uuid4(), "note")
    vault.seal(place, "x")
    store.commit()

    def there_and_back(number: int) -> bool:
        text = str(number) * 500
        return vault.unseal(place, vault.seal(place, text)) == text

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(there_and_back, range(4000)))
