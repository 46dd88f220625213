"""`<Dial><Queue>`: talk with whoever has waited longest."""

from xml.etree.ElementTree import Element

from tesa.telephony.practice import sids
from tesa.telephony.practice.documents import Document, Source, spoken, whole
from tesa.telephony.practice.legs import Bridge
from tesa.telephony.practice.player.player import Player
from tesa.telephony.practice.queues import Member, Queue

NOBODY = {"DialCallStatus": "no-answer", "DialBridged": "false"}


def take(player: Player, verb: Element, noun: Element, document: Document) -> dict[str, str]:
    """Take the first waiting call out of a queue and talk until either side leaves; gives the action's parameters."""
    exchange, leg, queues = player.exchange, player.leg, player.line.queues
    name = spoken(noun)
    queue = queues.named(name) or queues.make(name)
    deadline = sids.ticks() + whole(verb, "timeout", 30, 5, 600) * exchange.config.pace
    while True:
        left = (deadline - sids.ticks()) / exchange.config.pace
        if left <= 0 or not exchange.linger(leg, left, lambda: bool(queue.members)):
            return dict(NOBODY)
        taken = queues.bridge(queue, _whisper(player, noun, document, queue))
        if taken is not None:
            return _talk(player, *taken)


def _whisper(player: Player, noun: Element, document: Document, queue: Queue) -> Source | None:
    """What the queued caller hears before the conversation."""
    address = noun.get("url")
    if not address:
        return None
    member = player.line.queues.member(queue, "Front")
    waited = str(player.line.queues.waited(member)) if member is not None else "0"
    figures = {"QueueSid": queue.sid, "QueueTime": waited, "DequeingCallSid": player.leg.sid}
    return document.follow(address, noun.get("method"), **figures)


def _talk(player: Player, member: Member, bridge: Bridge) -> dict[str, str]:
    exchange, leg = player.exchange, player.leg
    try:
        with exchange.lock:
            leg.bridge, leg.where = bridge, "berbicara · talking"
            leg.audience = lambda: [other for other in bridge.joined if other is not leg]
        exchange.linger(leg, None, lambda: bool(bridge.joined) or not bridge.open or member.leg.ended)
        joined = bool(bridge.joined)
        with exchange.lock:
            bridge.joined.append(leg)
        if joined:
            leg.note("note", "Tersambung; bicaralah · Connected; talk now")
            exchange.linger(leg, None, lambda: not bridge.open or member.leg.ended)
        return {
            "DialCallStatus": "completed",
            "DialCallSid": member.leg.sid,
            "DialBridged": str(joined).lower(),
        }
    finally:
        with exchange.lock:
            bridge.open, leg.bridge, leg.audience, leg.where = False, None, None, ""
            exchange.lock.notify_all()
