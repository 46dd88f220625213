"""E-mail addresses of staff: one way to write each, and no letters that only look like others. Pure."""

from __future__ import annotations

import re
import unicodedata

EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
LONGEST = 254


def normalised_email(text: str) -> str:
    """`text` as it is kept and looked up: compatibility forms (full-width letters) made plain, lower case."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def email_flaw(address: str) -> str | None:
    """What is wrong with a normalised address: `letters` (not ASCII: an а may be Cyrillic), `shape`, or None."""
    if not address.isascii():
        return "letters"
    return None if len(address) <= LONGEST and EMAIL.fullmatch(address) else "shape"
