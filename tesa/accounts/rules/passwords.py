"""What a password must be: long, and none that is guessed first. No composition rules. Pure."""

from __future__ import annotations

SHORTEST = 15
LONGEST = 256
GUESSED_FIRST = (
    "administrator", "anak", "bekasi", "bismillah", "changeme", "cinta", "coordinator", "doraemon", "dragon", "football",
    "garuda", "hotline", "iloveyou", "indonesia", "jakarta", "katakunci", "katasandi", "kotabekasi", "koordinator",
    "letmein", "merdeka", "monkey", "pancasila", "passw0rd", "password", "pemkot", "perempuan", "persija",
    "psikolog", "psychologist", "qwerty", "qwertyuiop", "rahasia", "sahabat", "sandi", "sayang", "secret", "telepon",
    "tesa", "welcome",
)  # fmt: skip
FEWEST_LETTERS = 5  # different ones
FEWEST_LEFT = 6  # when the words that are guessed first, and digits in order, have been taken away
RUNS = ("0123456789", "9876543210", "abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm")


def password_flaw(password: str, about: tuple[str, ...] = ()) -> str | None:
    """`short`, `long`, `guessable` or None. `about`: words about the person, such as parts of her e-mail address."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    bare = "".join(c for c in password.casefold() if c.isalnum())
    if len(set(bare)) < FEWEST_LETTERS or bare.isdigit() or _repeats(bare):
        return "guessable"
    words = sorted({*GUESSED_FIRST, *(w.casefold() for w in about if len(w) >= 4)}, key=len, reverse=True)
    for word in words:
        bare = bare.replace(word, "")
    return "guessable" if len(_without_runs(bare)) < FEWEST_LEFT else None


def _repeats(text: str) -> bool:
    """Is it one short piece over and over, such as `satuduasatuduasatudua`?"""
    return any(text == (text[:n] * len(text))[: len(text)] for n in range(1, len(text) // 2 + 1))


def _without_runs(text: str) -> str:
    """Without stretches of four or more neighbours of the alphabet, the digits or the keyboard."""
    for run in RUNS:
        for length in range(len(run), 3, -1):
            for start in range(len(run) - length + 1):
                text = text.replace(run[start : start + length], "")
    return text
