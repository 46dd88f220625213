"""Enqueue: waiting in a queue while the wait document is asked again and again."""

from contextlib import suppress
from xml.etree.ElementTree import Element

from tesa.telephony.practice.documents import Document, DocumentFailed, Source, spoken
from tesa.telephony.practice.legs import Bridging, HungUp, Redirected
from tesa.telephony.practice.player.player import IN_QUEUE, Player
from tesa.telephony.practice.player.speech import LeftQueue
from tesa.telephony.practice.queues import Member

MUSIC = "♪ musik tunggu · hold music"
SHORTEST_WAIT = 1.0


def enqueue(player: Player, verb: Element, document: Document) -> Source | None:
    """Wait in a queue until taken out, leaving or hanging up; then go to the action, if there is one."""
    leg = player.leg
    member = player.line.queues.enter(spoken(verb) or "default", leg)
    if member is None:
        return _action(verb, document, {"QueueResult": "queue-full", "QueueTime": "0"})
    player.exchange.journal.write("call", f"{leg.phone.label} menunggu · waits in {member.queue.name}")
    result = "error"
    try:
        result = _wait(player, verb, document, member)
    except HungUp:
        _report(player, verb, document, member, member.result or "hangup", CallStatus="completed")
        raise
    except Redirected:
        _report(player, verb, document, member, member.result or "redirected")
        raise
    except DocumentFailed as failure:
        player.exchange.journal.fault(failure.code, f"antrean · wait document: {failure}")
    finally:
        player.line.queues.leave(member, result)
    return _action(verb, document, _params(player, member, result))


def _wait(player: Player, verb: Element, document: Document, member: Member) -> str:
    """Ask and play the wait document for ever; gives the queue result. Orders and failures are raised."""
    try:
        address = verb.get("waitUrl")
        if not address:
            if address is None:
                player.leg.note("line", MUSIC)
            player.exchange.linger(player.leg, None)
        method = verb.get("waitUrlMethod", "POST").upper()
        while True:
            _one_round(player, Source(document.resolve(address), method), member)
    except LeftQueue:
        return "leave"
    except Bridging as news:
        return _talk(player, member, news)


def _one_round(player: Player, source: Source, member: Member) -> None:
    """One pass of the wait document, with fresh queue figures in every request; never shorter than a second."""
    following: Source | None = source
    while following is not None:
        queue = member.queue
        figures = {
            "QueueSid": queue.sid,
            "QueuePosition": str(player.line.queues.position(member)),
            "QueueTime": str(player.line.queues.waited(member)),
            "AvgQueueTime": str(player.line.queues.average(queue)),
            "CurrentQueueSize": str(len(queue.members)),
            "MaxQueueSize": str(queue.size),
        }
        started = len(player.leg.lines)
        page = player.exchange.fetch(player.leg, following, **figures)
        following = player.play(page, IN_QUEUE)
        silent = not any(part.tag in ("Say", "Play", "Pause", "Gather") for part in page.verbs)
        if silent and started == len(player.leg.lines) and following is None:
            player.wait(SHORTEST_WAIT)


def _talk(player: Player, member: Member, news: Bridging) -> str:
    """The conversation with whoever took the call out by `<Dial><Queue>`."""
    leg, exchange, bridge = player.leg, player.exchange, news.bridge
    try:
        with suppress(LeftQueue):
            if news.whisper is not None:
                player.listen(news.whisper, frozenset({"Say", "Play", "Pause", "Redirect"}))
        with exchange.lock:
            leg.bridge, leg.where = bridge, "berbicara · talking"
            leg.audience = lambda: [other for other in bridge.joined if other is not leg]
            bridge.joined.append(leg)
            leg.note("note", "Tersambung; bicaralah · Connected; talk now")
            exchange.lock.notify_all()
        exchange.linger(leg, None, lambda: not bridge.open)
    except Redirected:
        member.result = "redirected-from-bridged"
        raise
    finally:
        with exchange.lock:
            bridge.open, leg.bridge, leg.audience, leg.where = False, None, None, ""
            exchange.lock.notify_all()
    return "bridged"


def _params(player: Player, member: Member, result: str) -> dict[str, str]:
    return {
        "QueueResult": result,
        "QueueSid": member.queue.sid,
        "QueueTime": str(player.line.queues.waited(member)),
    }


def _action(verb: Element, document: Document, params: dict[str, str]) -> Source | None:
    address = verb.get("action")
    return document.follow(address, verb.get("method"), **params) if address else None


def _report(player: Player, verb: Element, document: Document, member: Member, result: str, **changed: str) -> None:
    """Tell the action in the background: the call itself is over or elsewhere."""
    address = verb.get("action")
    if not address:
        return
    params = {**player.exchange.call_params(player.leg), **_params(player, member, result), **changed}
    method = verb.get("method", "POST").upper()
    player.exchange.report(player.leg.sid, document.resolve(address), method, params, player.leg.cookies)
