"""What can go wrong with keys and ciphertexts."""

from __future__ import annotations


class Unopenable(Exception):
    """A ciphertext or wrapped key does not open here. One error for every reason, so that it is no oracle."""

    def __init__(self) -> None:
        super().__init__("this cannot be opened")


class Shredded(Exception):
    """The data key was destroyed on purpose; what it sealed is gone for ever."""


class KeysAway(Exception):
    """The key provider does not answer at the moment. What comes in is still sealed; what is sealed stays closed."""


class KeyFileProblem(Exception):
    """The key file is missing or unfit; the sentence names the setting (Indonesian / English)."""
