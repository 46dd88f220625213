"""Starting calls: a person dials the hotline; TeSA calls a telephone or brings one into a conference."""

from dataclasses import dataclass

from tesa.telephony.practice import sids
from tesa.telephony.practice.conferences import Participant
from tesa.telephony.practice.documents import Source
from tesa.telephony.practice.legs import Callbacks, Leg, NotConnected
from tesa.telephony.practice.line import Line
from tesa.telephony.practice.phones import Phone
from tesa.telephony.practice.player.dial_room import Visit, stay
from tesa.telephony.practice.player.verbs import make_player
from tesa.telephony.practice.ringing import SETUP_SECONDS, ring


class PhoneBusy(Exception):
    """The telephone is in a call already."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a scripted caller does: `keys` one by one as the line asks (`w` lets one question pass), then patience.

    `patience` is how many seconds she waits before hanging up, counted from dialling; `talk` how long she talks once connected.
    """

    keys: str = ""
    patience: float | None = None
    talk: float | None = None


def dial_in(line: Line, phone: Phone, from_: str, script: Script) -> Leg:
    """`phone` calls the hotline, showing `from_` as its number. Raises PhoneBusy, or Full when the line is full."""
    config, exchange = line.config, line.exchange
    leg = Leg(
        from_,
        config.voice_number,
        "inbound",
        phone,
        callbacks=Callbacks(config.webhook("twilio/voice/status")),
        fallback=Source(config.fallback),
    )
    leg.status = "ringing"
    leg.script.extend(script.keys)
    leg.talk_for = script.talk
    if script.patience is not None:
        leg.gives_up_at = sids.ticks() + script.patience * config.pace
    with exchange.lock:
        if phone.leg is not None:
            raise PhoneBusy(phone.number)
        exchange.add(leg)
        phone.leg = leg
        leg.note("you", f"Menelepon · Calls {config.voice_number}")
    exchange.journal.write("call", f"{phone.label} menelepon TeSA · calls TeSA")
    player = make_player(line, leg)
    exchange.live(leg, lambda: player.run(Source(config.webhook("twilio/voice"))))
    return leg


@dataclass(frozen=True, slots=True)
class Wish:
    """What a REST call asks for when it starts a call."""

    to: str
    from_: str
    timeout: int = 60
    callbacks: Callbacks | None = None
    detect_machine: bool = False


def _outgoing(line: Line, wish: Wish, fallback: Source | None = None) -> Leg:
    """The leg for a call that TeSA starts. Raises Full."""
    with line.exchange.lock:
        ours = wish.to in line.config.voice_numbers
        phone = _own_phone(wish.to) if ours else line.exchange.phones.get(wish.to.removeprefix("whatsapp:"))
        leg = Leg(wish.from_, wish.to, "outbound-api", phone, callbacks=wish.callbacks, fallback=fallback)
        leg.detect_machine = wish.detect_machine
        line.exchange.add(leg)
    return leg


def place_call(line: Line, wish: Wish, source: Source, fallback: Source | None) -> Leg:
    """TeSA calls a telephone; whoever picks up hears `source`. Raises Full."""
    leg = _outgoing(line, wish, fallback)
    player = make_player(line, leg)

    def live() -> None:
        if wish.to in line.config.voice_numbers:
            _call_ourselves(line, leg, wish.timeout)
        else:
            ring(line.exchange, leg, wish.timeout)
        player.run(source)

    line.exchange.live(leg, live)
    return leg


def _own_phone(number: str) -> Phone:
    """What stands for a telephone at a number of ours; the page does not show it."""
    return Phone(number, "Nomor kita · Our number", "line")


def _call_ourselves(line: Line, leg: Leg, timeout: int) -> None:
    """A number of ours is called: its webhook is asked as for any caller. Returns when that leg answers.

    What one of the two legs presses by `<Play digits>` reaches the other; when one ends, the other does.
    """
    config, exchange = line.config, line.exchange
    exchange.linger(leg, SETUP_SECONDS)
    exchange.begin(leg)
    other = Leg(
        leg.from_,
        leg.to,
        "inbound",
        _own_phone(leg.to),
        callbacks=Callbacks(config.webhook("twilio/voice/status")),
        fallback=Source(config.fallback),
    )
    other.status, other.peer, leg.peer = "ringing", leg, other
    exchange.add(other)
    exchange.move(leg, "ringing")
    player = make_player(line, other)
    exchange.live(other, lambda: player.run(Source(config.webhook("twilio/voice"))))
    exchange.linger(leg, timeout, lambda: other.answered or other.ended)
    if not other.answered:
        raise NotConnected("busy" if other.ended else "no-answer")
    exchange.move(leg, "in-progress")


def place_participant(line: Line, wish: Wish, room: str, settings: dict[str, bool | str]) -> Leg:
    """TeSA calls a telephone straight into a conference. Raises Full."""
    leg = _outgoing(line, wish)
    player = make_player(line, leg)

    def live() -> None:
        ring(line.exchange, leg, wish.timeout)
        participant = Participant(leg)
        for name, value in settings.items():
            setattr(participant, name, value)
        stay(player, room, participant, Visit())

    line.exchange.live(leg, live)
    return leg


def press(line: Line, leg: Leg, keys: str) -> None:
    """A person presses keys during a call."""
    with line.exchange.lock:
        unheard = "" if leg.listening or leg.bridge is not None else " (tidak didengar · not heard)"
        leg.note("you", f"Tombol · Key {keys}{unheard}")
        leg.keys.extend(keys)
        line.exchange.lock.notify_all()


def speak(line: Line, leg: Leg, words: str) -> int:
    """A person says something during a call; gives how many others hear it."""
    with line.exchange.lock:
        leg.note("you", words)
        leg.said.append(words)
        listeners = leg.audience() if leg.audience is not None else []
        for other in listeners:
            other.note("other", words)
        line.exchange.lock.notify_all()
        return len(listeners)
