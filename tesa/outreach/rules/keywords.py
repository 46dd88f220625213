"""The five words by which people in the field answer a text: SIAP, TOLAK, BERANGKAT, TIBA, SELESAI.

Believing too much is worse than asking back: somebody taken to be on her way who is not leaves a caller alone. So a
misspelt word counts only when it stands alone and is no other word ("siapa?" asks who, "sip" may answer something
else), and a sentence counts only when it is short, says its keyword once ("tiba-tiba" means suddenly) and neither
denies nor postpones it.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Keyword(StrEnum):
    """What a text means. UNCLEAR: it was not understood."""

    ACCEPT = "siap"
    DECLINE = "tolak"
    EN_ROUTE = "berangkat"
    ON_SCENE = "tiba"
    CLEARED = "selesai"
    UNCLEAR = ""


_WORDS = tuple(word for word in Keyword if word is not Keyword.UNCLEAR)
_ARE_OTHER_WORDS = frozenset({"siapa", "sia", "sip", "sila", "tida", "tiga", "iba", "toko", "tola"})
_DENIES = frozenset(
    {
        "tidak",
        "tak",
        "tdk",
        "tida",
        "gak",
        "ga",
        "ngga",
        "nggak",
        "enggak",
        "bukan",
        "bkn",
        "jangan",
        "jgn",
        "batal",
    }
)
_POSTPONES = frozenset(
    {
        "belum",
        "blm",
        "nanti",
        "akan",
        "mau",
        "segera",
        "hampir",
        "bentar",
        "sebentar",
        "lagi",
        "besok",
        "kapan",
        "bila",
        "kalau",
        "kalo",
    }
)
_MOST_WORDS = 4


def read(text: str) -> Keyword:
    """The one keyword that `text` means, or UNCLEAR."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", text[:200]) if unicodedata.category(c) != "Cf").casefold()
    words = re.findall(r"[^\W\d_]+", plain)
    if "?" in plain or not words or len(words) > _MOST_WORDS:
        return Keyword.UNCLEAR
    if len(words) == 1:
        return _single(words[0])
    if (_DENIES | _POSTPONES) & set(words):
        return Keyword.UNCLEAR
    meant = [keyword for word in words if (keyword := _exact(word)) is not Keyword.UNCLEAR]
    return meant[0] if len(meant) == 1 else Keyword.UNCLEAR


def _exact(word: str) -> Keyword:
    drawn = re.sub(r"(.)\1+", r"\1", word)  # "siaaap"
    return next((keyword for keyword in _WORDS if keyword.value == drawn), Keyword.UNCLEAR)


def _single(word: str) -> Keyword:
    exact = _exact(word)
    if exact is not Keyword.UNCLEAR or word in _ARE_OTHER_WORDS:
        return exact
    near = [keyword for keyword in _WORDS if keyword[0] == word[0] and _one_slip(keyword.value, word)]
    return near[0] if len(near) == 1 else Keyword.UNCLEAR


def _one_slip(right: str, typed: str) -> bool:
    """Is `typed` `right` with one letter wrong, missing, added or swapped with its neighbour?"""
    if len(typed) == len(right):
        wrong = [i for i, (a, b) in enumerate(zip(right, typed, strict=True)) if a != b]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and right[wrong[0]] == typed[wrong[1]]
        return len(wrong) <= 1 or (swapped and right[wrong[1]] == typed[wrong[0]])
    shorter, longer = sorted((right, typed), key=len)
    return len(longer) - len(shorter) == 1 and any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
