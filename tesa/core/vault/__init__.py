"""The vault: sealing and opening of single fields, the keys behind them, and the blind index.

    blob = vault.seal(Field("note", "body", note.id, owner=case.id, klass="note"), text)
    text = vault.unseal(Field("note", "body", note.id, owner=case.id, klass="note"), blob)

A field is sealed under a data key of its owner (a case, a contact, a person, a dispatch, an account) and class; the
ciphertext is bound to table, column, row, owner, class, key and revision, so that moved anywhere else it does not open.
`docs/ciphertext-format.md` describes every byte. Only this package imports `cryptography`.
"""

from tesa.core.vault.choice import key_provider
from tesa.core.vault.errors import KeyFileProblem, KeysAway, Shredded, Unopenable
from tesa.core.vault.key_file import create_key_file, local_provider
from tesa.core.vault.provider import KeyProvider
from tesa.core.vault.records import Field
from tesa.core.vault.sealed import BlindIndex, SealedColumn, sealed_columns
from tesa.core.vault.tombstones import BrokenTombstones, Tombstone, TombstoneFile, init_tombstones, tombstone_file
from tesa.core.vault.vault import LATER, Vault, init_vault, vault

__all__ = [
    "LATER",
    "BlindIndex",
    "BrokenTombstones",
    "Field",
    "KeyFileProblem",
    "KeyProvider",
    "KeysAway",
    "SealedColumn",
    "Shredded",
    "Tombstone",
    "TombstoneFile",
    "Unopenable",
    "Vault",
    "create_key_file",
    "init_tombstones",
    "init_vault",
    "key_provider",
    "local_provider",
    "sealed_columns",
    "tombstone_file",
    "vault",
]
