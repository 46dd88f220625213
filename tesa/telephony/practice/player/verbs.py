"""The table of verbs, and the player that knows them all."""

from tesa.telephony.practice.legs import Leg
from tesa.telephony.practice.line import Line
from tesa.telephony.practice.player.dial import dial
from tesa.telephony.practice.player.enqueue import enqueue
from tesa.telephony.practice.player.gather import gather
from tesa.telephony.practice.player.player import Player, Verb
from tesa.telephony.practice.player.record import record
from tesa.telephony.practice.player.speech import hang_up, leave, pause, play, redirect, reject, say

VERBS: dict[str, Verb] = {
    "Say": say,
    "Play": play,
    "Pause": pause,
    "Gather": gather,
    "Record": record,
    "Dial": dial,
    "Enqueue": enqueue,
    "Redirect": redirect,
    "Reject": reject,
    "Hangup": hang_up,
    "Leave": leave,
}


def make_player(line: Line, leg: Leg) -> Player:
    """A player of all verbs for one leg."""
    return Player(line, leg, VERBS)
