"""The practice line as a whole: what its edges (REST, control, page) and its players share."""

from dataclasses import dataclass

from tesa.telephony.practice.conferences import Conferences
from tesa.telephony.practice.config import PracticeConfig
from tesa.telephony.practice.exchange import Exchange
from tesa.telephony.practice.library import Library
from tesa.telephony.practice.messages import Messages
from tesa.telephony.practice.queues import Queues
from tesa.telephony.practice.tapes import Tapes


@dataclass(frozen=True, slots=True)
class Line:
    """The parts of one practice line."""

    config: PracticeConfig
    exchange: Exchange
    queues: Queues
    conferences: Conferences
    library: Library
    messages: Messages
    tapes: Tapes


def make_line(config: PracticeConfig) -> Line:
    """A quiet practice line with the phones of `config`."""
    exchange = Exchange(config)
    library = Library(exchange)
    conferences, tapes = Conferences(exchange), Tapes(exchange, library)
    conferences.when_over = tapes.end
    return Line(config, exchange, Queues(exchange), conferences, library, Messages(exchange, library), tapes)
