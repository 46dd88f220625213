"""Gather: prompts that may be cut short by keys or words, then the keys themselves."""

from collections.abc import Callable
from contextlib import suppress
from xml.etree.ElementTree import Element

from tesa.telephony.practice.documents import Document, Source, spoken, whole, yes
from tesa.telephony.practice.legs import Interrupted
from tesa.telephony.practice.player import speech
from tesa.telephony.practice.player.player import Player, Verb

NESTED: dict[str, Verb] = {"Say": speech.say, "Play": speech.play, "Pause": speech.pause}
KEY_GAP = 0.4
SKIP = "w"


def gather(player: Player, verb: Element, document: Document) -> Source | None:
    """Collect keys (or words); the action's source, or None when nothing came and the document goes on."""
    leg = player.leg
    with player.exchange.lock:
        leg.keys.clear()
        leg.said.clear()
        leg.listening = True
    outer = player.until
    listens_to_words = "speech" in verb.get("input", "dtmf")

    def came() -> bool:
        return bool(leg.keys) or (listens_to_words and bool(leg.said))

    player.until = lambda: came() or (outer is not None and outer())
    try:
        with suppress(Interrupted):
            _prompt(player, verb, document)
        player.until = outer
        if outer is not None and outer():
            raise Interrupted
        digits, finisher = _collect(player, verb, came, whole(verb, "timeout", 5, 0, 600))
        words = leg.said.popleft() if listens_to_words and leg.said and not digits else ""
    finally:
        player.until = outer
        leg.listening = False
    return _outcome(verb, document, digits, finisher, words)


def _outcome(verb: Element, document: Document, digits: str, finisher: str, words: str) -> Source | None:
    if words:
        return document.follow(verb.get("action"), verb.get("method"), SpeechResult=words, Confidence="0.92")
    if digits:
        ending = {"FinishedOnKey": finisher} if finisher else {}
        return document.follow(verb.get("action"), verb.get("method"), Digits=digits, msg="Gather End", **ending)
    if yes(verb, "actionOnEmptyResult"):
        return document.follow(verb.get("action"), verb.get("method"), Digits="", msg="Gather End")
    return None


def _prompt(player: Player, verb: Element, document: Document) -> None:
    """Play what stands inside the Gather; a scripted person has it written down and presses at once."""
    scripted = _next_scripted(player)
    for child in verb:
        perform = NESTED.get(child.tag)
        if perform is None:
            player.exchange.journal.fault(12200, f"{document.url}: <{child.tag}> inside <Gather>; skipped")
        elif scripted is None:
            perform(player, child, document)
        elif child.tag != "Pause":
            player.leg.note("line", spoken(child))
    if scripted is not None:
        _press(player, scripted)


def _collect(player: Player, verb: Element, came: Callable[[], bool], timeout: int) -> tuple[str, str]:
    """Keys until the wanted number, the finishing key or silence; gives (digits, finishing key)."""
    leg = player.leg
    most = whole(verb, "numDigits", 64, 1, 64)
    finishers = verb.get("finishOnKey", "#")
    digits = ""
    while len(digits) < most:
        if not leg.keys and digits and (scripted := _next_scripted(player)) is not None:
            _press(player, scripted)
        if not player.exchange.linger(leg, timeout, came):
            return digits, ""
        with player.exchange.lock:
            if not leg.keys:
                return digits, ""
            key = leg.keys.popleft()
        if key in finishers:
            return digits, key
        digits += key
    return digits, ""


def _next_scripted(player: Player) -> str | None:
    """The next key of the leg's script; None when there is none or it lets this question pass."""
    script = player.leg.script
    key = script.popleft() if script else None
    return None if key == SKIP else key


def _press(player: Player, key: str) -> None:
    """Press a scripted key after a moment, unless somebody presses one by hand first."""
    leg = player.leg
    if player.exchange.linger(leg, KEY_GAP, lambda: bool(leg.keys)):
        return
    with player.exchange.lock:
        leg.keys.append(key)
        leg.note("you", f"Tombol · Key {key}")
