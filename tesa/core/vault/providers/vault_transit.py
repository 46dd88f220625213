"""Keys in HashiCorp Vault's transit engine, a key of type aes256-gcm96. Vault's policy for our token:

    path "transit/encrypt/<key>" { capabilities = ["update"] }
    path "transit/decrypt/<key>" { capabilities = ["update"] }
    path "transit/keys/<key>"    { capabilities = ["read"] }

Wrapped form: Vault's own text, `vault:v<version>:<base64>`. The binding travels as Vault's associated data. The key id
names mount, key and the version that was newest: a key that was rotated in between is wrapped under a newer version
than its row says, never an older one, and opens all the same, for Vault goes by the text.
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable
from typing import Any

import hvac
import requests
from hvac import exceptions as refusals

from tesa.core.vault.cache import KeyCache
from tesa.core.vault.errors import KeysAway, Unopenable
from tesa.core.vault.providers.remote import CONNECT_SECONDS, READ_SECONDS, Rest

TEXT = re.compile(rb"vault:v[1-9][0-9]{0,8}:([A-Za-z0-9+/]{40,}={0,2})")
VERSION_FRESH_FOR = 60.0  # seconds


class VaultTransitKeyProvider:
    """Asks Vault at `address`. `token` is called for every request, so that a renewed one is taken up."""

    def __init__(
        self,
        address: str,
        token: Callable[[], str],
        key: str,
        mount: str = "transit",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address, self._token, self._key, self._mount = address, token, key, mount
        self._rest = Rest(clock=clock)
        self._version: KeyCache[str, int] = KeyCache(size=1, seconds=VERSION_FRESH_FOR, clock=clock)
        self._session = requests.Session()
        self._binds = False

    def __repr__(self) -> str:
        return f"VaultTransitKeyProvider({self._name!r} at {self._address})"

    @property
    def _name(self) -> str:
        return f"vault:{self._mount}/{self._key}"

    @property
    def key_id(self) -> str:
        """See KeyProvider. Raises KeysAway. A rotation in Vault is noticed within a minute."""
        version = self._version.get(self._key)
        if version is None:
            read = self._ask("read_key", name=self._key)
            version = _whole_number(read.get("latest_version"))
            self._version.put(self._key, version)
        return f"{self._name}:v{version}"

    def wrap(self, plain: bytes, aad: bytes) -> bytes:
        """See KeyProvider. The first time it is checked that Vault truly binds: before 1.10 it ignored what to bind to."""
        wrapped = self._wrapped(plain, aad)
        if not self._binds:
            try:
                self.unwrap(wrapped, aad + b"?", f"{self._name}:v1")
            except Unopenable:
                self._binds = True
            else:
                raise KeysAway("Vault ignores associated data; TeSA needs Vault 1.10 or newer")
        return wrapped

    def _wrapped(self, plain: bytes, aad: bytes) -> bytes:
        given = self._ask(
            "encrypt_data",
            name=self._key,
            plaintext=base64.b64encode(plain).decode(),
            associated_data=base64.b64encode(aad).decode(),
        )
        wrapped = str(given.get("ciphertext", "")).encode()
        if not TEXT.fullmatch(wrapped):
            raise KeysAway("Vault answered something else than a ciphertext")
        return wrapped

    def unwrap(self, wrapped: bytes, aad: bytes, key_id: str) -> bytes:
        """See KeyProvider. Keys of another mount or name are not asked for."""
        name, _, version = key_id.rpartition(":v")
        text = TEXT.fullmatch(wrapped)
        if name != self._name or not version.isdecimal() or text is None or not _one_spelling(text[1]):
            raise Unopenable
        given = self._ask(
            "decrypt_data",
            name=self._key,
            ciphertext=wrapped.decode("ascii"),
            associated_data=base64.b64encode(aad).decode(),
        )
        try:
            return base64.b64decode(given["plaintext"], validate=True)
        except (KeyError, TypeError, ValueError):
            raise KeysAway("Vault answered something else than a key") from None

    def _ask(self, what: str, **values: str) -> dict[str, Any]:
        return self._rest.ask(lambda: self._asked(what, values))

    def _asked(self, what: str, values: dict[str, str]) -> dict[str, Any]:
        """The `data` of Vault's answer. Only a refused ciphertext is Unopenable; all else passes, so it is KeysAway."""
        client = hvac.Client(
            url=self._address,
            token=self._token(),
            session=self._session,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,  # the token must not travel to where an answer points
        )
        try:
            answer = getattr(client.secrets.transit, what)(mount_point=self._mount, **values)
            data: dict[str, Any] = dict(answer["data"])
        except refusals.InvalidRequest:
            if what == "decrypt_data":
                raise Unopenable from None
            raise KeysAway(f"Vault refuses {what}; is TESA_VAULT_KEY right?") from None
        except (refusals.Forbidden, refusals.Unauthorized):
            raise KeysAway("Vault refuses the token; see TESA_VAULT_TOKEN_FILE and its policy") from None
        except refusals.InvalidPath:
            raise KeysAway("Vault knows no such key; see TESA_VAULT_KEY and TESA_VAULT_MOUNT") from None
        except (refusals.VaultError, requests.RequestException, TypeError, KeyError, ValueError) as error:
            # the name alone: the text of an error may quote the request
            raise KeysAway(f"Vault: {type(error).__name__}") from None
        return data


def _one_spelling(text: bytes) -> bool:
    """Is this base64 as it is written, with no spare bit set? Else other bytes would open to the same key."""
    try:
        return base64.b64encode(base64.b64decode(text, validate=True)) == text
    except ValueError:
        return False


def _whole_number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise KeysAway("Vault does not say which version of the key is the newest")
    return value
