"""Browsers as telephones: who may be one, whether its page is there, and what the person at it does.

A page shows TeSA's access token, as it would to Twilio, and asks again and again; a page that has not asked for a while
is gone, and with it the call that it had. Nothing is heard: the practice line carries words, no sound.
"""

from __future__ import annotations

from dataclasses import dataclass

import jwt

from tesa.telephony.practice import sids
from tesa.telephony.practice.config import PracticeConfig
from tesa.telephony.practice.documents import Source
from tesa.telephony.practice.legs import Callbacks, Leg
from tesa.telephony.practice.line import Line
from tesa.telephony.practice.phones import Phone
from tesa.telephony.practice.player.verbs import make_player
from tesa.telephony.practice.presence import GONE_AFTER

PREFIX = "client:"


class NoTelephone(Exception):
    """The token is none of this account's, or has run out."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a token allows: to be `identity`, and to call the TwiML App."""

    identity: str
    may_call: bool

    @property
    def address(self) -> str:
        """Under which it is rung."""
        return PREFIX + self.identity


def read_token(config: PracticeConfig, token: str) -> Pass:
    """Check a token as Twilio does: signed with the API key's secret, of this account, for voice. Raises NoTelephone."""
    try:
        header = jwt.get_unverified_header(token)
        body = jwt.decode(
            token, config.api_secret, algorithms=["HS256"], issuer=config.api_key, subject=config.account_sid
        )
        grants = body["grants"]
        outgoing = grants["voice"].get("outgoing", {}).get("application_sid")
        if header.get("cty") != "twilio-fpa;v=1" or not config.api_secret:
            raise NoTelephone("no access token of Twilio's form")
        return Pass(str(grants["identity"]), outgoing == config.twiml_app)
    except (jwt.InvalidTokenError, KeyError, TypeError, AttributeError) as error:
        raise NoTelephone(str(error)) from error


def see(line: Line, may: Pass, page: str) -> Phone:
    """The page `page` of this browser asks: its telephone is there."""
    with line.exchange.lock:
        phone = line.exchange.phones.get(may.address)
        phone.pages[page] = sids.ticks()
        return phone


def mine(phone: Phone, page: str) -> Leg | None:
    """The call that the page has or that rings for it; another page's call is not shown."""
    leg = phone.leg
    return leg if leg is not None and (leg.page == page or (not leg.answered and leg.page is None)) else None


def close_page(line: Line, phone: Phone, page: str) -> None:
    """The page is gone, and with it its call."""
    with line.exchange.lock:
        phone.pages.pop(page, None)
        leg = phone.leg
    if leg is not None and leg.page == page:
        line.exchange.hang_up(leg, "phone")


def connect(line: Line, phone: Phone, page: str) -> Leg:
    """The page calls the TwiML App. Raises Full. A call that another page had is over."""
    exchange, config = line.exchange, line.config
    with exchange.lock:
        before = phone.leg
    if before is not None:
        exchange.hang_up(before, "phone")
        with exchange.lock:
            exchange.lock.wait_for(lambda: phone.leg is None, 2.0)
    leg = Leg(phone.number, "", "inbound", phone, callbacks=Callbacks(config.webhook("twilio/softphone/status")))
    leg.status, leg.page = "ringing", page
    with exchange.lock:
        exchange.add(leg)
        phone.leg = leg
        leg.note("you", "Menyambung dari peramban · Connects from the browser")
    player = make_player(line, leg)
    exchange.live(leg, lambda: player.run(Source(config.webhook("twilio/softphone"))))
    return leg


def watch(line: Line, phone: Phone, page: str) -> None:
    """End the page's call once it has not asked for too long (the network went, the machine sleeps)."""
    for other, seen in list(phone.pages.items()):
        if other != page and sids.ticks() - seen >= GONE_AFTER:
            close_page(line, phone, other)
