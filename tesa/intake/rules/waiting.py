"""What she hears in which round of waiting. Pure.

A round is one document: a sentence or two, then music or a short quiet, keys at any time. The greeting comes first
and alone; the other language and privacy follow at once. Where she stands in the queue is said
without a promise: never a number, never a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tesa.intake import prompts
from tesa.intake.prompts import Sentence
from tesa.intake.rules.words import Language, spoken_in

QUIET = 8  # seconds of silence between two rounds where there is no music
WELCOME = 2  # rounds after which the next sentence follows at once
AT_ONCE = 1  # second in which she may still press a key
WHOLE_WELCOME = timedelta(seconds=12)  # whoever waits longer has heard the sentence about privacy
Spoken = tuple[Sentence, str | None]
"""A sentence, and the language in which it is said whatever she has chosen (None: in hers)."""


@dataclass(frozen=True)
class Waiting:
    """A caller in the queue. `round` counts from 0; `asked_for_keys`: it makes sense to ask whether she can speak."""

    round: int
    language: str | None
    connecting: bool
    choice: bool  # she is offered a call-back or a message
    someone_before: bool
    asked_for_keys: bool
    may_wait_for_woman: bool = False  # she wished for one, and by now everybody is rung


@dataclass(frozen=True)
class Round:
    """What one document says. `quiet_key`: any key in it means that she cannot speak."""

    sentences: tuple[Spoken, ...]
    quiet_key: bool = False


def round_for(w: Waiting) -> Round:
    """What she hears now."""
    if w.connecting:
        return Round(((prompts.CONNECTING, None),))
    if w.round == 0:
        return Round(((prompts.GREETING, None),))
    if w.round == 1:
        at_once: tuple[Spoken, ...] = ((prompts.CHOICE, None),) if w.choice else ()
        return Round((_other_language(w.language), (prompts.PRIVACY, None), *at_once))
    turn = (w.round - 3) % 4
    if turn == 0 and w.asked_for_keys:
        return Round(((prompts.CANNOT_SPEAK, None),), quiet_key=True)
    if w.may_wait_for_woman and (w.round == 2 or turn == 1):
        return Round(((prompts.WAIT_FOR_WOMAN, None),))
    if w.choice and turn != 2:
        return Round(((prompts.CHOICE, None),))
    if w.round == 2:
        local = spoken_in(w.language) == Language.INDONESIAN
        return Round(((prompts.HINT, None), *(((prompts.LOCAL_LANGUAGES, None),) if local else ())))
    place = prompts.SOME_BEFORE_YOU if w.someone_before else prompts.YOU_ARE_NEXT
    return Round((((prompts.STAY_AGAIN, place, prompts.STAY, prompts.HINT)[turn], None),))


def _other_language(language: str | None) -> Spoken:
    """How to change the language, said in the language to which it changes."""
    if spoken_in(language) == Language.ENGLISH:
        return prompts.FOR_INDONESIAN, Language.INDONESIAN
    return prompts.FOR_ENGLISH, Language.ENGLISH


def privacy_unheard(opened_at: datetime, now: datetime, emergency: bool) -> bool:
    """Must the sentence about privacy be said before she is connected? Not where seconds count."""
    return not emergency and now - opened_at < WHOLE_WELCOME
