"""Keys in AWS KMS. What our role may do: kms:Encrypt, kms:Decrypt on these keys.

Wrapped form: KMS's ciphertext blob. The key id is the ARN of the key; what KMS rotates inside it does not show. The
binding travels as encryption context, as its SHA-256: AWS writes the context into CloudTrail as it stands, and which
case's keys were opened when is nobody's business there.

Only the ARNs that the settings name are accepted. A row that names another key, of another account say, opens nothing:
whoever writes the database could have wrapped it herself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tesa.core.vault.errors import KeysAway, Unopenable
from tesa.core.vault.providers.remote import CONNECT_SECONDS, READ_SECONDS, Rest

LONGEST = 6144  # bytes that KMS decrypts
NOT_OURS = {
    "InvalidCiphertextException", "IncorrectKeyException", "NotFoundException", "InvalidKeyUsageException",
    "ValidationException",
}  # fmt: skip


class AwsKmsKeyProvider:
    """Asks KMS in `region` (or at `endpoint`). The first of `keys`, all of them ARNs, wraps; the others only open."""

    def __init__(
        self,
        keys: Sequence[str],
        region: str,
        endpoint: str | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._keys = tuple(keys)
        self._rest = Rest(clock=clock)
        one_try = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries={"total_max_attempts": 1})
        session = boto3.session.Session(region_name=region)
        self._client: Any = session.client("kms", endpoint_url=endpoint, config=one_try)

    def __repr__(self) -> str:
        return f"AwsKmsKeyProvider(key_id={self.key_id!r})"

    @property
    def key_id(self) -> str:
        """See KeyProvider."""
        return self._keys[0]

    def wrap(self, plain: bytes, aad: bytes) -> bytes:
        """See KeyProvider."""
        wrapped: bytes = self._ask("encrypt", self.key_id, aad, Plaintext=plain)["CiphertextBlob"]
        return wrapped

    def unwrap(self, wrapped: bytes, aad: bytes, key_id: str) -> bytes:
        """See KeyProvider."""
        if key_id not in self._keys or not 0 < len(wrapped) <= LONGEST:
            raise Unopenable
        plain: bytes = self._ask("decrypt", key_id, aad, CiphertextBlob=wrapped)["Plaintext"]
        return plain

    def _ask(self, what: str, key_id: str, aad: bytes, **values: bytes) -> dict[str, Any]:
        return self._rest.ask(lambda: self._asked(what, key_id, aad, values))

    def _asked(self, what: str, key_id: str, aad: bytes, values: dict[str, bytes]) -> dict[str, Any]:
        context = {"tesa": hashlib.sha256(aad).hexdigest()}
        try:
            answer: dict[str, Any] = getattr(self._client, what)(KeyId=key_id, EncryptionContext=context, **values)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if what == "decrypt" and code in NOT_OURS:
                raise Unopenable from None
            raise KeysAway(f"KMS: {code}") from None
        except (BotoCoreError, KeyError, ValueError) as error:
            raise KeysAway(f"KMS: {type(error).__name__}") from None
        if answer.get("KeyId") != key_id:
            raise KeysAway("KMS answered for another key")
        return answer
