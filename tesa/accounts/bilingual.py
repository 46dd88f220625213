"""Sentences for the shell, which stand there in both languages."""

from __future__ import annotations

from flask_babel import force_locale
from flask_babel import gettext as _


def both(sentence: str) -> str:
    """`Kalimat / Sentence`: an Indonesian sentence of an act, with its English beside it where there is one."""
    with force_locale("en"):
        english = _(sentence)
    return sentence if english == sentence else f"{sentence} / {english}"
