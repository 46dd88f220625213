"""Data keys wrapped for the database: by the key provider, or for what comes in by the public intake key alone.

Intake wrap (X25519): 32 bytes ephemeral public key, 12 bytes nonce, AES-256-GCM of the data key under
HKDF-SHA256(shared secret, salt = ephemeral public ‖ intake public, info = AAD), with the same AAD.
"""

from __future__ import annotations

import os
import uuid

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tesa.core.vault.encoding import joined
from tesa.core.vault.errors import Unopenable

KEK, INTAKE = "kek", "intake"


def data_key_aad(key_id: uuid.UUID, version: int, owner: uuid.UUID, klass: str, kind: str, under: str) -> bytes:
    """What a wrapped data key is bound to: its row, its owner and class, and the key it is wrapped under."""
    return joined(
        b"tesa data key", key_id.bytes, version.to_bytes(4, "big"), owner.bytes, klass.encode(), kind.encode(),
        under.encode(),
    )  # fmt: skip


def purpose_key_aad(name: str, version: int, under: str) -> bytes:
    """What a wrapped purpose key is bound to."""
    return joined(b"tesa purpose key", name.encode(), version.to_bytes(4, "big"), under.encode())


def intake_name(version: int) -> str:
    """How `wrapped_under` names a version of the intake pair."""
    return f"intake-{version}"


def intake_version(name: str) -> int:
    """The version that `name` names. Raises Unopenable unless it is spelled exactly as `intake_name` does."""
    digits = name.removeprefix("intake-")
    if not (digits.isascii() and digits.isdecimal()) or name != intake_name(int(digits[:9])):
        raise Unopenable
    return int(digits)


def new_intake_pair() -> tuple[bytes, bytes]:
    """A fresh X25519 pair: private and public, 32 bytes each."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def public_half(private: bytes) -> bytes:
    """The public half that belongs to `private`. Raises Unopenable for what is no private half."""
    try:
        return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
    except ValueError as error:
        raise Unopenable from error


def _shared_cipher(secret: bytes, ephemeral: bytes, public: bytes, aad: bytes) -> AESGCM:
    key = HKDF(algorithm=SHA256(), length=32, salt=ephemeral + public, info=aad).derive(secret)
    return AESGCM(key)


def wrap_for_intake(public: bytes, plain: bytes, aad: bytes) -> bytes:
    """`plain` wrapped so that only the private half of the intake pair opens it.

    Raises Unopenable when `public` is no public half: a point that shares the same secret with everybody is refused.
    """
    ephemeral = X25519PrivateKey.generate()
    ephemeral_public = ephemeral.public_key().public_bytes_raw()
    try:
        secret = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as error:
        raise Unopenable from error
    nonce = os.urandom(12)
    return ephemeral_public + nonce + _shared_cipher(secret, ephemeral_public, public, aad).encrypt(nonce, plain, aad)


def unwrap_from_intake(private: bytes, wrapped: bytes, aad: bytes) -> bytes:
    """What `wrap_for_intake` was given. Raises Unopenable."""
    if len(wrapped) < 32 + 12 + 16:
        raise Unopenable
    ephemeral, nonce, body = wrapped[:32], wrapped[32:44], wrapped[44:]
    try:
        own = X25519PrivateKey.from_private_bytes(private)
        secret = own.exchange(X25519PublicKey.from_public_bytes(ephemeral))
        public = own.public_key().public_bytes_raw()
        return _shared_cipher(secret, ephemeral, public, aad).decrypt(nonce, body, aad)
    except (InvalidTag, ValueError) as error:
        raise Unopenable from error
