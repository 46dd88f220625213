"""What sealing and opening a note of 2 KB costs beside the bare calls that nobody can do without."""

from __future__ import annotations

import os
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tesa.core.vault import Field
from tesa.core.vault.encoding import padded
from tests.core.vault.memory_store import make_vault

NOTE = "Catatan. " * 228  # 2 KB
ROUNDS, IN_A_ROUND = 60, 50


@dataclass(frozen=True)
class Cost:
    """Microseconds for one sealing and one opening, medians."""

    ours: float
    bare: float

    @property
    def ratio(self) -> float:
        """How many times the bare calls."""
        return self.ours / self.bare


def ours() -> Callable[[], object]:
    """The vault as it runs: padding, binding to row and owner, header, look-up of the key."""
    vault, store = make_vault()
    place = Field("note", "body", uuid.uuid4(), uuid.uuid4(), "note")
    vault.seal(place, NOTE)
    store.commit()
    return lambda: vault.unseal(place, vault.seal(place, NOTE))


def bare() -> Callable[[], object]:
    """AES-256-GCM over the same padded length, once each way, and the field key derived once; nothing else."""
    key, body, aad, info = os.urandom(32), padded(NOTE), os.urandom(150), os.urandom(40)

    def both_ways() -> bytes:
        cipher = AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(key))
        nonce = os.urandom(12)
        return cipher.decrypt(nonce, cipher.encrypt(nonce, body, aad), aad)

    return both_ways


def measure(rounds: int = ROUNDS) -> Cost:
    """Both in turns, so that whatever else the machine does falls on both."""
    times: dict[Callable[[], object], list[float]] = {ours(): [], bare(): []}
    for _ in range(rounds):
        for call, seen in times.items():
            began = time.perf_counter()
            for _ in range(IN_A_ROUND):
                call()
            seen.append((time.perf_counter() - began) / IN_A_ROUND * 1e6)
    return Cost(*(statistics.median(seen) for seen in times.values()))


def sealing() -> None:
    """One line of figures."""
    cost = measure()
    print("Sealing and opening a note of 2 KB (aim: at most 1.5 times the bare AES-GCM calls and one HKDF):")
    print(f"  {'vault':22} {cost.ours:.1f} us, bare {cost.bare:.1f} us   {cost.ratio:5.2f} times", flush=True)
