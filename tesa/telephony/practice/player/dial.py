"""Dial: the verb itself, and ringing telephones by `<Number>`."""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from tesa.telephony.practice import sids
from tesa.telephony.practice.documents import Document, DocumentFailed, Source, whole, yes
from tesa.telephony.practice.exchange import is_number
from tesa.telephony.practice.legs import Bridge, Callbacks, HungUp, Leg, Redirected
from tesa.telephony.practice.player import dial_queue, dial_room
from tesa.telephony.practice.player.player import IN_WHISPER, Player
from tesa.telephony.practice.ringing import ring

RING_BUFFER = 5
MOST_NOUNS = 10
CANCEL_AFTER = 2.0
TIME_LIMIT = 14400
UNANSWERED = {"DialCallStatus": "failed", "DialBridged": "false"}


def dial(player: Player, verb: Element, document: Document) -> Source | None:
    """Connect the call to telephones, a conference or a queue; then go to the action, if there is one."""
    room, queue = verb.find("Conference"), verb.find("Queue")
    try:
        if room is not None:
            result = dial_room.join(player, verb, room, document)
        elif queue is not None:
            result = dial_queue.take(player, verb, queue, document)
        else:
            result = _ring_numbers(player, verb, document)
    except HungUp:
        _report(player, verb, document)
        raise
    address = verb.get("action")
    return document.follow(address, verb.get("method"), **result) if address else None


def _report(player: Player, verb: Element, document: Document) -> None:
    """Tell the action that the call ended inside the Dial; the answer no longer matters."""
    address = verb.get("action")
    if not address:
        return
    leg = player.leg
    status = (
        "answered" if verb.find("Conference") is not None else "completed" if leg.bridge is not None else "canceled"
    )
    bridged = str(status != "canceled").lower()
    params = player.exchange.call_params(leg, DialCallStatus=status, DialBridged=bridged, CallStatus="completed")
    method = verb.get("method", "POST").upper()
    player.exchange.report(leg.sid, document.resolve(address), method, params, leg.cookies)


@dataclass(eq=False)
class _Group:
    """The telephones that ring together for one Dial, and the conversation that one of them may join."""

    bridge: Bridge = field(default_factory=Bridge)
    children: list[Leg] = field(default_factory=list)

    def over(self) -> bool:
        """Whether every child has ended."""
        return all(child.ended for child in self.children)

    def picked_up(self) -> bool:
        """Whether some child was answered."""
        return any(child.answered for child in self.children)


def _ring_numbers(player: Player, verb: Element, document: Document) -> dict[str, str]:
    nouns = [noun for noun in verb if noun.tag in ("Number", "WhatsApp", "Client", "Sip")] or [verb]
    if len(nouns) > MOST_NOUNS:
        raise DocumentFailed(13222, document.url, "more than ten nouns in one Dial")
    groups = [[noun] for noun in nouns] if yes(verb, "sequential") else [nouns]
    result = dict(UNANSWERED)
    for nouns_together in groups:
        group = _Group()
        try:
            result = _one_group(player, verb, document, group, nouns_together)
        finally:
            _close(player, group)
        if result["DialCallStatus"] == "completed":
            break
    return result


def _one_group(
    player: Player, verb: Element, document: Document, group: _Group, nouns: list[Element]
) -> dict[str, str]:
    """Ring telephones together, talk with the one that accepts, and tell how it went."""
    exchange, leg = player.exchange, player.leg
    timeout = whole(verb, "timeout", 30, 5, 600) + RING_BUFFER
    for noun in nouns:
        child = _child(player, verb, noun, document)
        if child is not None:
            group.children.append(child)
            _start(player, document, noun, child=child, group=group, timeout=timeout)
    if not group.children:
        return dict(UNANSWERED)
    leg.note("line", "♪ tuut … tuut …")
    exchange.linger(leg, None, lambda: group.picked_up() or group.over())
    if group.picked_up() and len(group.children) > 1:
        exchange.linger(leg, CANCEL_AFTER, group.over)
        for child in group.children:
            if not child.answered:
                exchange.hang_up(child, "line")
    if exchange.linger(leg, None, lambda: bool(group.bridge.joined) or group.over()) and group.bridge.joined:
        return _talk(player, verb, group)
    last = next((child for child in group.children if child.answered), group.children[-1])
    result = {"DialCallStatus": last.status, "DialCallSid": last.sid, "DialBridged": "false"}
    return result | ({"DialCallDuration": str(last.duration)} if last.answered else {})


def _talk(player: Player, verb: Element, group: _Group) -> dict[str, str]:
    """The conversation between the call and the telephone that joined first."""
    exchange, leg, bridge = player.exchange, player.leg, group.bridge
    child = bridge.joined[0]
    if not leg.answered:
        exchange.move(leg, "in-progress")
    with exchange.lock:
        leg.keys.clear()
        leg.bridge, leg.where = bridge, "berbicara · talking"
        leg.audience, child.audience = (lambda: [child]), (lambda: [leg])
        for side in (leg, child):
            side.note("note", "Tersambung; bicaralah · Connected; talk now")
    started = sids.ticks()
    star = yes(verb, "hangupOnStar")
    limit = whole(verb, "timeLimit", TIME_LIMIT, 1, TIME_LIMIT)
    exchange.linger(leg, limit, lambda: not bridge.open or (star and "*" in leg.keys))
    result = {"DialCallStatus": "completed", "DialCallSid": child.sid, "DialBridged": "true"}
    if not bridge.redirected:
        result["DialCallDuration"] = str(max(1, round((sids.ticks() - started) / exchange.config.pace)))
    with exchange.lock:
        leg.bridge, leg.audience, leg.where = None, None, ""
    return result


def _close(player: Player, group: _Group) -> None:
    """End the conversation and every telephone that still belongs to it."""
    with player.exchange.lock:
        group.bridge.open = False
        for child in group.children:
            if not (group.bridge.redirected and child in group.bridge.joined):
                player.exchange.hang_up(child, "line")
        player.exchange.lock.notify_all()


def _child(player: Player, verb: Element, noun: Element, document: Document) -> Leg | None:
    """The leg for one noun; None where it cannot be rung, with Twilio's code in the journal."""
    exchange, leg, config = player.exchange, player.leg, player.exchange.config
    whatsapp = noun.tag == "WhatsApp"
    number = ("".join((noun.text or "").split())).removeprefix("whatsapp:")
    if noun.tag in ("Client", "Sip"):
        exchange.journal.fault(13224, f"<{noun.tag}>: tidak ada di jalur latihan · not on the practice line")
        return None
    if not is_number(number):
        exchange.journal.fault(13223, f"{document.url}: <Dial> number is not E.164")
        return None
    caller_id = verb.get("callerId") or leg.from_
    if caller_id.removeprefix("whatsapp:") not in (*config.voice_numbers, config.whatsapp_number, leg.from_, leg.to):
        exchange.journal.fault(13214, f"{document.url}: callerId is not a number of the account")
        return None
    callbacks = None
    if address := noun.get("statusCallback"):
        events = frozenset(noun.get("statusCallbackEvent", "completed").split())
        callbacks = Callbacks(document.resolve(address), noun.get("statusCallbackMethod", "POST").upper(), events)
    with exchange.lock:
        phone = exchange.phones.get(number)
    to = f"whatsapp:{number}" if whatsapp else number
    child = Leg(caller_id, to, "outbound-dial", phone, parent=leg.sid, callbacks=callbacks)
    child.detect_machine = bool(noun.get("machineDetection"))
    exchange.add(child)
    return child


def _start(player: Player, document: Document, noun: Element, *, child: Leg, group: _Group, timeout: int) -> None:
    """Ring one telephone on a thread of its own; whoever picks up hears the whisper, then joins the conversation."""
    exchange, bridge = player.exchange, group.bridge
    whisper = noun.get("url")
    own = player.fresh(child)

    def live() -> None:
        ring(exchange, child, timeout)
        try:
            if whisper:
                own.listen(document.follow(whisper, noun.get("method")), IN_WHISPER)
            with exchange.lock:
                if not bridge.open or bridge.joined:
                    raise HungUp("line")
                child.bridge, child.where = bridge, "berbicara · talking"
                bridge.joined.append(child)
                exchange.lock.notify_all()
            exchange.linger(child, None, lambda: not bridge.open)
        except Redirected as news:
            with exchange.lock:
                bridge.redirected, bridge.open = True, False
                child.bridge, child.audience, child.where, child.parent = None, None, "", None
                if child not in bridge.joined:
                    bridge.joined.append(child)
                exchange.lock.notify_all()
            own.run(news.source)

    exchange.live(child, live)
