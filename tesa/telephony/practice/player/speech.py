"""Say, Play, Pause, and the small verbs that steer: Redirect, Reject, Hangup, Leave."""

from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import Element

from tesa.telephony.practice.documents import Document, DocumentFailed, Source, spoken, whole
from tesa.telephony.practice.legs import HungUp, NotConnected
from tesa.telephony.practice.library import length_of
from tesa.telephony.practice.player.player import Player

ENDLESS = 1000
UNKNOWN_LENGTH = 4.0
LONGEST_PLAY = 60.0
KEY_SECONDS = {"w": 0.5, "W": 1.0}


class LeftQueue(Exception):
    """The waiting call leaves its queue by `<Leave>`."""


def _loops(verb: Element) -> int:
    return whole(verb, "loop", 1, 0, ENDLESS) or ENDLESS


def say(player: Player, verb: Element, document: Document) -> Source | None:
    """Speak the words of a Say."""
    words = spoken(verb)
    if not words:
        player.exchange.journal.fault(13520, f"{document.url}: empty <Say>")
        return None
    for _ in range(_loops(verb)):
        player.utter(words)
    return None


def play(player: Player, verb: Element, document: Document) -> Source | None:
    """Play a sound file (its name, or the transcript that it comes with, stands for it) or send tones."""
    address = spoken(verb)
    if not address:
        _press(player, verb.get("digits", ""))
        return None
    words, seconds = _sound(player, document.resolve(address))
    for _ in range(_loops(verb)):
        player.utter(words, seconds)
    return None


def _press(player: Player, keys: str) -> None:
    """Press keys into the line; w and W are pauses. On a call between two numbers of ours the other leg hears them."""
    leg = player.leg
    leg.note("line", f"♪ {keys}".strip())
    for key in keys:
        if key not in "wW":
            with player.exchange.lock:
                if leg.peer is not None:
                    leg.peer.keys.append(key)
                    leg.peer.note("other", f"♪ {key}")
                player.exchange.lock.notify_all()
        player.wait(KEY_SECONDS.get(key, 0.2))


def _sound(player: Player, url: str) -> tuple[str, float]:
    """What to show for a sound and how long it lasts. Sounds that are not TeSA's are shown, not fetched.

    A sound answer may carry its words in the header `X-Transcript` (percent-encoded UTF-8).
    """
    name = f"♪ {unquote(urlsplit(url).path.rsplit('/', 1)[-1])}"
    if not player.exchange.postman.lives_at_home(url):
        return name, UNKNOWN_LENGTH
    answer = player.exchange.postman.send(url, "GET", {}, player.leg.cookies)
    if not answer.content_type.startswith("audio/"):
        player.exchange.journal.fault(13420, f"{url}: {answer.content_type} is no audio")
        raise DocumentFailed(13420, url, f"{answer.content_type} is no audio")
    headers = {key.lower(): value for key, value in answer.headers.items()}
    words = unquote(headers.get("x-transcript", ""))
    return words or name, min(length_of(answer.body, UNKNOWN_LENGTH), LONGEST_PLAY)


def pause(player: Player, verb: Element, _document: Document) -> Source | None:
    """Let time pass."""
    player.wait(whole(verb, "length", 1, 0, 3600))
    return None


def redirect(_player: Player, verb: Element, document: Document) -> Source | None:
    """Go on with another document."""
    return document.follow(spoken(verb), verb.get("method"))


def reject(player: Player, verb: Element, _document: Document) -> Source | None:
    """Refuse an incoming call without answering it; an answered call is hung up."""
    if player.leg.answered:
        raise HungUp("line")
    raise NotConnected("busy" if verb.get("reason") == "busy" else "no-answer")


def hang_up(_player: Player, _verb: Element, _document: Document) -> Source | None:
    """End the call."""
    raise HungUp("line")


def leave(_player: Player, _verb: Element, _document: Document) -> Source | None:
    """Leave the queue."""
    raise LeftQueue
