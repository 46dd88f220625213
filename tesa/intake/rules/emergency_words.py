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


def _alike(word: str, wanted: str) -> bool:
    if word == wanted:
        return True
    allowed = tolerance(wanted)
    return allowed > 0 and abs(len(word) - len(wanted)) <= allowed and typing_errors(word, wanted, allowed) <= allowed


@lru_cache(maxsize=1024)
def _wanted(phrase: str) -> tuple[str, ...]:
    return tuple(folded(phrase))


def matches(text: str, phrases: Iterable[str]) -> str | None:
    """The first of `phrases` found in `text`, or None."""
    if len(text) > MOST_CHARACTERS:
        text = text[: MOST_CHARACTERS // 2] + "\n" + text[-MOST_CHARACTERS // 2 :]
    words = folded(text)
    if not words:
        return None
    squeezed = _calm("".join(words))
    places: dict[str, list[int]] = {}
    for index, word in enumerate(words):
        places.setdefault(word[0], []).append(index)
    for phrase in phrases:
        wanted = _wanted(phrase)
        if not wanted:
            continue
        if any(_reads(words, index, wanted) for index in places.get(wanted[0][0], ())):
            return phrase
        joined = _calm("".join(wanted))
        if len(joined) >= MIN_SQUEEZED and joined in squeezed and _spaced_out(words, joined):
            return phrase
    return None


def _reads(words: list[str], index: int, wanted: tuple[str, ...]) -> bool:
    """Do the words from `index` on read like the phrase? The first letter of the phrase is not mistyped: people mistype
    the middle of a word, and `dolong` is not worth every `bolong`.
    """
    span = words[index : index + len(wanted)]
    return len(span) == len(wanted) and all(_alike(w, p) for w, p in zip(span, wanted, strict=True))


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
