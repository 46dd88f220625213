"""Record: what a person types on the practice page stands for the voice; the file itself holds a soft tone."""

from xml.etree.ElementTree import Element

from tesa.telephony.practice import sids
from tesa.telephony.practice.documents import Document, Source, whole
from tesa.telephony.practice.legs import HungUp, Redirected
from tesa.telephony.practice.library import Item, tone
from tesa.telephony.practice.player.player import Player

ALL_KEYS = "0123456789*#"
TYPING_SECONDS = 20


def record(player: Player, verb: Element, document: Document) -> Source | None:
    """Record until a finishing key, the greatest length, silence after words, or a hang-up; then go to the action.

    Silence is counted only once words were typed, and then generously: typing is slower than speaking.
    """
    leg, exchange = player.leg, player.exchange
    finishers = verb.get("finishOnKey", ALL_KEYS)
    longest = whole(verb, "maxLength", 3600, 1, 14400)
    silence = max(whole(verb, "timeout", 5, 1, 600), TYPING_SECONDS)
    with exchange.lock:
        leg.keys.clear()
        leg.said.clear()
        leg.listening = True
        leg.where = "merekam · recording"
    leg.note("line", "♪ bip – bicaralah, akhiri dengan satu tombol · beep – speak, end with a key")
    started = sids.ticks()
    if leg.script:
        leg.keys.append(leg.script.popleft())
    finisher = "hangup"
    try:
        finisher = _capture(player, finishers, longest, silence)
    except (HungUp, Redirected):
        params = exchange.call_params(leg, **_finish(player, verb, document, started, "hangup"), CallStatus="completed")
        action = document.resolve(verb.get("action"))
        exchange.report(leg.sid, action, verb.get("method", "POST").upper(), params, leg.cookies)
        raise
    finally:
        leg.listening, leg.where = False, ""
    result = _finish(player, verb, document, started, finisher)
    return document.follow(verb.get("action"), verb.get("method"), **result)


def _capture(player: Player, finishers: str, longest: int, silence: int) -> str:
    """Wait for the end of the recording; the key that ended it, or nothing."""
    leg, exchange = player.leg, player.exchange
    deadline = sids.ticks() + longest * exchange.config.pace
    spoke = False
    while True:
        left = (deadline - sids.ticks()) / exchange.config.pace
        if left <= 0:
            return ""
        wait = min(left, silence) if spoke else left
        if not exchange.linger(leg, wait, lambda: bool(leg.keys or leg.said)):
            return ""
        with exchange.lock:
            spoke = spoke or bool(leg.said)
            leg.said.clear()
            while leg.keys:
                key = leg.keys.popleft()
                if key in finishers:
                    return key


def _finish(player: Player, verb: Element, document: Document, started: float, finisher: str) -> dict[str, str]:
    """Keep the recording, report it where asked, and give the parameters of the action."""
    leg, exchange = player.leg, player.exchange
    seconds = max(1, round((sids.ticks() - started) / exchange.config.pace))
    item = Item(sids.new_sid("RE"), leg.sid, "audio/wav", tone(seconds), seconds)
    player.line.library.keep(item)
    config = exchange.config
    result = {
        "RecordingSid": item.sid,
        "RecordingUrl": f"{config.own_url}/2010-04-01/Accounts/{config.account_sid}/Recordings/{item.sid}",
        "RecordingDuration": str(seconds),
    }
    callback = verb.get("recordingStatusCallback")
    if callback:
        params = {
            **result,
            "AccountSid": config.account_sid,
            "CallSid": leg.sid,
            "RecordingStatus": "completed",
            "RecordingChannels": "1",
            "RecordingSource": "RecordVerb",
            "RecordingStartTime": sids.rfc2822(item.created_at) or "",
        }
        method = verb.get("recordingStatusCallbackMethod", "POST").upper()
        exchange.report(leg.sid, document.resolve(callback), method, params, leg.cookies)
    return {**result, "Digits": finisher}
