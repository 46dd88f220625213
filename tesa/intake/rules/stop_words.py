"""Did she ask us to stop writing to her? Pure."""

from __future__ import annotations

import unicodedata

STOP_WORDS = frozenset(
    {"stop", "stopall", "berhenti", "henti", "hentikan", "unsubscribe", "cancel", "batal", "end", "quit"}
)
LONGEST = 40  # characters; a longer text that holds such a word is a text


def asks_to_stop(body: str) -> bool:
    """Is `body` nothing but one of STOP_WORDS, whatever its case, width, punctuation and invisible characters?"""
    if len(body) > LONGEST:
        return False
    plain = unicodedata.normalize("NFKC", body)
    return "".join(c for c in plain if c.isalpha()).casefold() in STOP_WORDS
