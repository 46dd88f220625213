"""What acts raise when they refuse. Each carries a sentence a person can read; `web/errors.py` turns them into pages."""

from __future__ import annotations


class Refusal(Exception):
    """An act refused. `sentence` is shown to the person who asked; `status` is the HTTP status of the page."""

    status = 400

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class RuleBroken(Refusal):
    """The request is understood, but a rule of the hotline forbids it (422)."""

    status = 422


class NotFound(Refusal):
    """There is no such thing, or none that this person may know of (404)."""

    status = 404

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)


class NotAllowed(Refusal):
    """The person may see the thing but not do this to it (403)."""

    status = 403


class Conflict(Refusal):
    """Somebody else was faster, or the text has changed meanwhile (409)."""

    status = 409
