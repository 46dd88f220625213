"""Telephone numbers as Twilio gives them, made E.164 where that is possible."""

from __future__ import annotations

import phonenumbers

REGION = "ID"
LONGEST = 16  # a plus and the fifteen digits that E.164 allows


def normalised(raw: str) -> str | None:
    """`raw` as E.164 (`+62812…`), or None when it is withheld, a short code or no number at all.

    Accepts a `whatsapp:` prefix (also doubled), national Indonesian form (`0812…`), spaces and non-ASCII digits.
    """
    text = raw.strip()
    while text.lower().startswith("whatsapp:"):
        text = text[len("whatsapp:") :].strip()
    if not text or len(text) > 40:
        return None
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    e164: str = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164 if len(e164) <= LONGEST else None


def masked(number: str | None) -> str:
    """`+62 812-••••-7890`: enough to recognise a number one knows, not enough to call it. Empty for None."""
    if not number:
        return ""
    return f"{number[:3]} {number[3:6]}-••••-{number[-3:]}" if len(number) >= 10 else "••••"
