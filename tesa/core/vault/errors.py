"""What can go wrong with keys and ciphertexts."""

from __future__ import annotations

import uuid
from datetime import datetime


class Unopenable(Exception):
    """A ciphertext or wrapped key does not open here. One error for every reason, so that it is no oracle."""

    def __init__(self) -> None:
        super().__init__("this cannot be opened")


class Shredded(Exception):
    """The data key was destroyed on purpose, at `at`; what it sealed is gone for ever."""

    def __init__(self, key_id: uuid.UUID, at: datetime) -> None:
        super().__init__(str(key_id))
        self.key_id, self.at = key_id, at


class KeysAway(Exception):
    """The key provider does not answer at the moment. What comes in is still sealed; what is sealed stays closed."""


class KeyFileProblem(Exception):
    """The key file is missing or unfit; the sentence names the setting (Indonesian / English)."""
