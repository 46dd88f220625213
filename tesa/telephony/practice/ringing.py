"""Ringing a telephone until a person, a habit or the clock decides."""

from tesa.telephony.practice import sids
from tesa.telephony.practice.exchange import Exchange
from tesa.telephony.practice.legs import Leg, NotConnected
from tesa.telephony.practice.phones import CLIENT
from tesa.telephony.practice.presence import is_there

SETUP_SECONDS = 0.5
VOICEMAIL_SECONDS = 25.0


def ring(exchange: Exchange, leg: Leg, timeout: float) -> None:
    """Set up the call, then ring the leg's phone for `timeout` seconds of the line; returns when it is picked up, by a person or a voicemail.

    Raises NotConnected with the final status (busy, no-answer, failed), or the order that reaches the leg.
    """
    exchange.linger(leg, SETUP_SECONDS)
    exchange.begin(leg)
    phone = leg.phone
    with exchange.lock:
        exchange.obey(leg)
        habit = phone.habit
        if habit.name == "off":
            raise NotConnected("failed")
        if CLIENT.fullmatch(phone.number) and not is_there(phone):
            raise NotConnected("no-answer")
        if phone.leg is not None or habit.name == "busy":
            raise NotConnected("busy")
        phone.leg = leg
        leg.note("note", f"Berdering, dari · Ringing, from {leg.from_}")
    exchange.move(leg, "ringing")
    if habit.reply is None or habit.after >= timeout:
        exchange.linger(leg, timeout, lambda: leg.reply is not None)
    elif not exchange.linger(leg, habit.after, lambda: leg.reply is not None):
        leg.reply = habit.reply
        leg.script.extend(habit.keys)
    if leg.reply is None:
        raise NotConnected("no-answer")
    if leg.reply == "reject":
        raise NotConnected("busy")
    if leg.reply == "voicemail":
        leg.note("note", "Kotak suara menjawab; tak ada yang menekan tombol · Voicemail answers; nobody presses a key")
        leg.gives_up_at = sids.ticks() + VOICEMAIL_SECONDS * exchange.config.pace
    else:
        leg.note("you", "Mengangkat telepon · Picks up")
    if leg.detect_machine:
        leg.answered_by = "machine_start" if leg.reply == "voicemail" else "human"
    exchange.move(leg, "in-progress")
