"""The player: fetches documents for one leg and carries out their verbs one after the other, on the leg's own thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element

from tesa.telephony.practice.documents import Document, DocumentFailed, Source
from tesa.telephony.practice.exchange import Exchange
from tesa.telephony.practice.legs import Interrupted, Leg, Redirected
from tesa.telephony.practice.line import Line

Verb = Callable[["Player", Element, Document], Source | None]

IN_CALL = frozenset({"Say", "Play", "Pause", "Gather", "Record", "Dial", "Enqueue", "Redirect", "Reject", "Hangup"})
IN_QUEUE = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Leave"})
IN_ROOM = frozenset({"Say", "Play", "Pause", "Redirect"})
IN_WHISPER = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Hangup"})
WORDS_PER_SECOND = 2.5
MOST_QUICK = 25


class Player:
    """Plays TwiML to `leg`. `until` is a condition that cuts short whatever is being played (a conference began)."""

    def __init__(self, line: Line, leg: Leg, verbs: Mapping[str, Verb]) -> None:
        self.line = line
        self.exchange: Exchange = line.exchange
        self.leg = leg
        self.until: Callable[[], bool] | None = None
        self._verbs = verbs
        self._quick = 0

    def fresh(self, leg: Leg) -> Player:
        """A player of the same line for another leg."""
        return Player(self.line, leg, self._verbs)

    def run(self, source: Source) -> None:
        """Play a whole call from `source` until its documents run out, asking the fallback once when something fails."""
        following: Source | None = source
        while following is not None:
            try:
                following = self.play(self.exchange.fetch(self.leg, following), IN_CALL)
            except Redirected as news:
                self.leg.note("note", "Panggilan dialihkan TeSA · TeSA redirects the call")
                following = news.source
            except DocumentFailed as failure:
                following = self._fallback(failure)
        if not self.leg.answered:
            self.exchange.move(self.leg, "in-progress")

    def listen(self, source: Source, allowed: frozenset[str]) -> None:
        """Play `source` and what it redirects to inside another verb (a wait, a hold, a whisper)."""
        following: Source | None = source
        while following is not None:
            following = self.play(self.exchange.fetch(self.leg, following), allowed)

    def play(self, document: Document, allowed: frozenset[str]) -> Source | None:
        """Carry out the verbs of a document; the source it goes on with, or None when it is finished."""
        self._brake()
        for verb in document.verbs:
            perform = self._verbs.get(verb.tag)
            if perform is None or verb.tag not in allowed:
                self.exchange.journal.fault(12200, f"{document.url}: <{verb.tag}> is not allowed here; skipped")
                continue
            self._answer(verb)
            following = perform(self, verb, document)
            if following is not None:
                return following
        return None

    def wait(self, seconds: float | None) -> None:
        """Let `seconds` of the line pass; raises Interrupted when `until` comes true, or an order."""
        if seconds is not None and seconds > 0.2:
            self._quick = 0
        if self.exchange.linger(self.leg, seconds, self.until):
            raise Interrupted

    def utter(self, words: str, seconds: float | None = None) -> None:
        """Let the line say words; they take as long as one needs to read them, unless `seconds` says otherwise."""
        self.leg.note("line", words)
        self.wait(max(0.6, len(words.split()) / WORDS_PER_SECOND) if seconds is None else seconds)

    def _answer(self, verb: Element) -> None:
        """Twilio answers an incoming call with the first verb that needs it."""
        late = verb.tag == "Dial" and verb.get("answerOnBridge", "").lower() == "true"
        if not self.leg.answered and not late and verb.tag not in ("Pause", "Reject", "Redirect"):
            self.exchange.move(self.leg, "in-progress")

    def _brake(self) -> None:
        """Many documents in a row that take no time are a loop: slow it down and say so."""
        self._quick += 1
        self.exchange.obey(self.leg)
        if self._quick > MOST_QUICK:
            self.exchange.journal.fault(11200, "dokumen berputar tanpa jeda · documents loop without a pause")
            self.exchange.linger(self.leg, 1.0, self.until)

    def _fallback(self, failure: DocumentFailed) -> Source:
        fallback = self.leg.fallback
        if fallback is None:
            raise failure
        self.leg.fallback = None
        self.leg.note("note", f"Galat {failure.code}; alamat cadangan dipakai · Error; the fallback address is asked")
        params = (("ErrorCode", str(failure.code)), ("ErrorUrl", failure.url))
        return Source(fallback.url, fallback.method, params)
