"""Finds words of emergency in what a frightened person wrote: misspelt, spaced out, with hidden characters. Pure.

A text matches a phrase when, after folding (compatibility forms, invisible characters, case, accents, digits used as
letters, letters repeated for emphasis), the phrase's words appear in it in order side by side, each within its
tolerance of typing errors, or the whole phrase of at least MIN_SQUEEZED letters appears when all spaces are removed.
A false alarm costs a look; a missed one may cost a life: the tolerance leans to the first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA

MIN_SQUEEZED = 4
MOST_CHARACTERS = 5000  # beyond this length a text is searched in its first and last part only
_LEET = str.maketrans("013457@$", "oieastas")
_NOT_LETTERS = re.compile(r"[^a-z]+")


def folded(text: str) -> list[str]:
    """The words of `text` as plain lower-case letters, without emphasis, accents or invisible characters."""
    plain = unicodedata.normalize("NFKD", text)
    visible = "".join(c for c in plain if unicodedata.category(c) not in ("Cf", "Mn", "Cc") or c in "\n\t")
    lettered = visible.casefold().translate(_LEET)
    return [_calm(word) for word in _NOT_LETTERS.split(lettered) if word]


def _calm(word: str) -> str:
    """`toloooong` and `tollong` become `tolong`: runs of one letter count once."""
    return word[:1] + "".join(b for a, b in pairwise(word) if a != b)


def tolerance(word: str) -> int:
    """How many typing errors a word of this length may have: none below 5 letters, 1 up to 8, then 2."""
    return 0 if len(word) < 5 else 1 if len(word) < 9 else 2


def typing_errors(a: str, b: str, most: int) -> int:
    """Letters to insert, leave out, replace or swap to make `b` of `a`; `most + 1` when it is more than `most`."""
    return OSA.distance(a, b, score_cutoff=most)


def _alike(word: str, wanted: str, allowed: int) -> bool:
    if word == wanted:
        return True
    return allowed > 0 and abs(len(word) - len(wanted)) <= allowed and typing_errors(word, wanted, allowed) <= allowed


@dataclass(frozen=True)
class _Wanted:
    """A phrase, made ready to be looked for: its folded words with their tolerances, and all of it without spaces."""

    phrase: str
    words: tuple[str, ...]
    allowed: tuple[int, ...]
    joined: str


@lru_cache(maxsize=8)
def _ready(phrases: tuple[str, ...]) -> tuple[tuple[_Wanted, ...], dict[str, tuple[_Wanted, ...]]]:
    """The phrases, and the same by their first letter."""
    wanted = tuple(
        _Wanted(phrase, words, tuple(map(tolerance, words)), _calm("".join(words)))
        for phrase in phrases
        if (words := tuple(folded(phrase)))
    )
    letters = {w.words[0][0] for w in wanted}
    return wanted, {letter: tuple(w for w in wanted if w.words[0][0] == letter) for letter in letters}


def matches(text: str, phrases: Iterable[str]) -> str | None:
    """One of `phrases` that is found in `text`, or None."""
    if len(text) > MOST_CHARACTERS:
        text = text[: MOST_CHARACTERS // 2] + "\n" + text[-MOST_CHARACTERS // 2 :]
    words = folded(text)
    if not words:
        return None
    wanted, by_letter = _ready(tuple(phrases))
    for index, word in enumerate(words):
        # The first letter of a phrase is not mistyped: people mistype the middle of a word, and `dolong` is not worth
        # every `bolong`.
        for want in by_letter.get(word[0], ()):
            if _alike(word, want.words[0], want.allowed[0]) and _goes_on(words, index, want):
                return want.phrase
    squeezed = _calm("".join(words))
    for want in wanted:
        if len(want.joined) >= MIN_SQUEEZED and want.joined in squeezed and _spaced_out(words, want.joined):
            return want.phrase
    return None


def _goes_on(words: list[str], index: int, want: _Wanted) -> bool:
    """Do the words behind `index` read like the rest of the phrase?"""
    rest = words[index + 1 : index + len(want.words)]
    return len(rest) == len(want.words) - 1 and all(map(_alike, rest, want.words[1:], want.allowed[1:]))


def _spaced_out(words: list[str], joined: str) -> bool:
    """Is `joined` really written with odd spaces (t o l o n g) or without any (bunuhdiri), not by chance across words?"""
    text = "".join(words)
    for start in range(len(text)):
        end = start
        seen = ""
        while end < len(text) and len(seen) < len(joined) and joined.startswith(_calm(seen + text[end])):
            seen = _calm(seen + text[end])
            end += 1
        if seen == joined and _starts_a_word(words, start) and _ends_a_word(words, end, text):
            return True
    return False


def _starts_a_word(words: list[str], position: int) -> bool:
    at = 0
    for word in words:
        if at == position:
            return True
        at += len(word)
    return False


def _ends_a_word(words: list[str], position: int, text: str) -> bool:
    return position == len(text) or _starts_a_word(words, position)
