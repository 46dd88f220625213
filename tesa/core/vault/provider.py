"""Where key-encryption keys live. A provider wraps keys, never data. Implementations: tesa/core/vault/providers/."""

from __future__ import annotations

from typing import Protocol

KEY_BYTES = 32


class KeyProvider(Protocol):
    """Wraps and unwraps keys under a key-encryption key it knows by id."""

    @property
    def key_id(self) -> str:
        """The id of the key that wraps new keys, at most 255 characters. Raises KeysAway."""
        ...

    def wrap(self, plain: bytes, aad: bytes) -> bytes:
        """`plain` wrapped under the current key, bound to `aad`. Raises KeysAway."""
        ...

    def unwrap(self, wrapped: bytes, aad: bytes, key_id: str) -> bytes:
        """What was wrapped under `key_id`. Raises Unopenable, or KeysAway when the key service does not answer."""
        ...
