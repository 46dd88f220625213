"""What a password must be: long, and none that is guessed first. No composition rules. Pure."""

from __future__ import annotations

SHORTEST = 15
LONGEST = 256
GUESSED_FIRST = (
    "password", "katasandi", "rahasia", "sayang", "indonesia", "bekasi", "qwerty", "telepon", "sahabat", "perempuan",
    "hotline", "administrator",
)  # fmt: skip


def password_flaw(password: str, about: tuple[str, ...] = ()) -> str | None:
    """`short`, `long`, `guessable` or None. `about`: words about the person, such as her e-mail address."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    bare = "".join(c for c in password.casefold() if c.isalnum())
    if len(set(bare)) < 5 or bare.isdigit():
        return "guessable"
    rest = bare
    for word in (*GUESSED_FIRST, *(w.casefold() for w in about if len(w) >= 4)):
        rest = rest.replace(word, "")
    return "guessable" if len(rest) < 6 else None
