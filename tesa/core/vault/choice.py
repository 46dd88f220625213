"""Which key provider the settings ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tesa.core.vault.errors import KeyFileProblem, KeysAway, Unopenable
from tesa.core.vault.key_file import local_provider
from tesa.core.vault.provider import KeyProvider

if TYPE_CHECKING:
    from config import Settings
    from tesa.core.outside import AwsKeys, VaultKeys


class Succession:
    """The provider that wraps from now on, and former ones that still open what they have wrapped.

    So a house moves from the file to a service, or back: the settings name both, `tesa keys rotate` re-wraps, and then
    the former one is taken out of the settings.
    """

    def __init__(self, current: KeyProvider, former: list[KeyProvider]) -> None:
        self._current, self._former = current, former

    def __repr__(self) -> str:
        return f"Succession({self._current!r}, {self._former!r})"

    @property
    def current(self) -> KeyProvider:
        """The one that wraps."""
        return self._current

    @property
    def key_id(self) -> str:
        """See KeyProvider."""
        return self._current.key_id

    def wrap(self, plain: bytes, aad: bytes) -> bytes:
        """See KeyProvider."""
        return self._current.wrap(plain, aad)

    def unwrap(self, wrapped: bytes, aad: bytes, key_id: str) -> bytes:
        """See KeyProvider. A provider that does not know `key_id` says so without asking anybody."""
        for provider in (self._current, *self._former):
            try:
                return provider.unwrap(wrapped, aad, key_id)
            except Unopenable:
                continue
        raise Unopenable


def key_provider(settings: Settings, forbidden_root: Path | None = None) -> KeyProvider:
    """The provider of TESA_KEY_PROVIDER; others whose settings are filled in as well still open what they wrapped.

    Raises KeyFileProblem, naming the setting, for an unfit key file (see `local_provider`) or a package that is missing.
    """
    makers: dict[str, Callable[[], KeyProvider]] = {}
    if settings.file_keys:
        path = settings.key_file
        makers["file"] = lambda: local_provider(path, forbidden_root)
    if settings.vault_keys is not None:
        vault_keys = settings.vault_keys
        makers["vault"] = lambda: _transit(vault_keys)
    if settings.aws_keys is not None:
        aws_keys = settings.aws_keys
        makers["aws"] = lambda: _kms(aws_keys)
    current = makers.pop(settings.key_provider)()
    former = [make() for make in makers.values()]
    return Succession(current, former) if former else current


def _transit(keys: VaultKeys) -> KeyProvider:
    try:
        from tesa.core.vault.providers.vault_transit import VaultTransitKeyProvider  # an extra that few install
    except ImportError as error:
        raise _not_installed("vault", "hvac") from error
    return VaultTransitKeyProvider(keys.address, lambda: _token(keys), keys.key, keys.mount)


def _kms(keys: AwsKeys) -> KeyProvider:
    try:
        from tesa.core.vault.providers.aws_kms import AwsKmsKeyProvider  # an extra that few install
    except ImportError as error:
        raise _not_installed("aws", "boto3") from error
    return AwsKmsKeyProvider(keys.arns, keys.region, keys.endpoint)


def _token(keys: VaultKeys) -> str:
    """Vault's token as it is now: an agent may renew the file at any time."""
    if keys.token_file is None:
        return keys.token
    try:
        return keys.token_file.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise KeysAway(f"TESA_VAULT_TOKEN_FILE cannot be read: {type(error).__name__}") from None


def _not_installed(provider: str, package: str) -> KeyFileProblem:
    return KeyFileProblem(
        f"TESA_KEY_PROVIDER: untuk {provider} pasang paket {package}: pip install 'tesa[keys]' / "
        f"{provider} needs the package {package}: pip install 'tesa[keys]'"
    )
