"""A night on a busy line: callers with little patience, psychologists at their phones, and what must hold each second."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from unittest.mock import patch
from xml.etree.ElementTree import Element

from flask import Flask, has_request_context
from sqlalchemy import select

from tesa.core.db import db
from tesa.intake.models import CallBackTask, Contact, Offer
from tesa.psychologists.models import DutyPresence
from tests.burst.exchange import Exchange, Leg, Luck
from tests.burst.look import Lasting, Look
from tests.stories.line import Hotline
from tests.support.fake_gateway import FakeGateway
from tests.support.moved_clock import MovedClock
from tests.support.twilio import Twilio

KEYS = "0123956#*"
ON_THE_PHONE = ("call", "transfer", "join", "listen")
QUIET_AFTER = 240  # seconds without mischief, in which sweeps repair what lost callbacks have left behind


@dataclass(eq=False)
class Woman:
    """A caller."""

    number: str
    random: Random
    exchange: Exchange
    leg: Leg | None = None

    def dials(self) -> None:
        """She calls, and will not wait for ever."""
        self.leg = self.exchange.dials(self)
        patience = self.random.choice((3.0, 20.0, 60.0, 150.0)) * self.random.uniform(0.3, 1.7)
        self.exchange.after(patience, self._gives_up)

    def _gives_up(self) -> None:
        if self.leg is not None and self.leg.place != "room":
            self.exchange.hang_up(self.leg)

    def hears(self, leg: Leg, gather: Element) -> tuple[float, str] | None:
        """One key in eight sentences."""
        if self.random.random() > 0.12:
            return None
        return self.random.uniform(0.2, 8), self.random.choice(KEYS)

    def is_connected(self, leg: Leg) -> None:
        """They talk for a while; then she hangs up."""
        self.exchange.plan(leg, self.random.uniform(5, 70), lambda: self.exchange.hang_up(leg))


@dataclass(eq=False)
class Psychologist:
    """Somebody on duty. Her voicemail picks up, too, and presses nothing."""

    number: str
    random: Random
    exchange: Exchange

    def picks_up_after(self, leg: Leg) -> float | None:
        """Seconds until the phone is picked up; None: nobody does."""
        return None if self.random.random() < 0.12 else self.random.uniform(1, 18)

    def hears(self, leg: Leg, gather: Element) -> tuple[float, str] | None:
        """Mostly she accepts."""
        key = self.random.choices(("1", "2", ""), (85, 7, 8))[0]
        return (self.random.uniform(0.5, 4), key) if key else None

    def is_connected(self, leg: Leg) -> None:
        """Now and then her line breaks off, or she ends the call."""
        if self.random.random() < 0.3:
            self.exchange.plan(leg, self.random.uniform(1, 60), lambda: self.exchange.hang_up(leg))


@contextmanager
def ids_of(seed: int) -> Iterator[None]:
    """Ids order what happens in one instant: with the same ones the same seed is the same night."""
    random = Random(f"{seed}-ids")
    with patch("uuid.uuid4", lambda: uuid.UUID(int=random.getrandbits(128), version=4)):
        yield


@dataclass
class Night:
    """One seed."""

    seed: int
    hotline: Hotline
    exchange: Exchange
    callers: int
    psychologists: int
    wrong: list[str] = field(default_factory=list)
    _lasting: Lasting = field(default_factory=Lasting)

    def run(self, only: Iterable[int] | None = None) -> list[str]:
        """Play it with all callers, or `only` some of them; what did not hold."""
        with ids_of(self.seed):
            return self._run(only)

    def _run(self, only: Iterable[int] | None) -> list[str]:
        chosen = set(range(self.callers) if only is None else only)
        for number in range(self.psychologists):
            tier = 1 if number < max(1, self.psychologists * 2 // 3) else 2
            self._has_phone(self.hotline.psychologist(tier=tier).number, f"{self.seed}-p{number}")
        self._has_phone(self.hotline.someone("coordinator", tier=None).number, f"{self.seed}-c")
        for number in self.hotline.twilio.settings.coordinator_numbers:
            self._has_phone(number, f"{self.seed}-{number}")
        spread = Random(f"{self.seed}-spread").choice((1.0, 20.0, 90.0))
        for number in range(self.callers):
            random = Random(f"{self.seed}-w{number}")
            woman = Woman(f"+62812{number:07d}", random, self.exchange)
            self.exchange.parties[woman.number] = woman
            at = random.uniform(0, spread)
            if number in chosen:
                self.exchange.after(at, woman.dials)
        self._pass(round(spread))
        for _ in range(20 + self.callers // 3):
            if self._on_the_line():
                self._pass(10)
        self._let_it_end()
        for _ in range(QUIET_AFTER // 20):
            self._pass(20)
            if not self.wrong and not self._left_over():
                break
        self.wrong += self.wrong or self._left_over()
        return self.wrong

    def _on_the_line(self) -> bool:
        return any(leg.live for leg in self.exchange.legs.values() if isinstance(leg.party, Woman))

    def _has_phone(self, number: str, seed: str) -> None:
        self.exchange.parties[number] = Psychologist(number, Random(seed), self.exchange)

    def _let_it_end(self) -> None:
        """Whoever is still on the line hangs up, and from now on every callback arrives."""
        for leg in tuple(self.exchange.legs.values()):
            if isinstance(leg.party, Woman):
                self.exchange.hang_up(leg)
        self.exchange.luck.none()

    def _pass(self, seconds: int) -> None:
        begin = int(self.exchange.second)
        for second in range(begin + 1, begin + seconds + 1):
            if self.wrong:
                return
            self.exchange.run_until(second)
            self.hotline.tick()
            self._look()
            self.wrong += self.exchange.troubles

    # -- what must hold each second
    def _look(self) -> None:
        look = Look(self.exchange, self._lasting)
        self.wrong += [f"second {self.exchange.second:.0f}: {what}" for what in look.wrong()]
        db.session.rollback()

    # -- what must hold when everybody has gone
    def _left_over(self) -> list[str]:
        db.session.rollback()
        contacts = list(db.session.scalars(select(Contact)))
        callers = sum(leg.known for leg in self.exchange.legs.values() if isinstance(leg.party, Woman))
        told = [] if len(contacts) == callers else [f"{len(contacts)} contacts of {callers} callers"]
        tasks = {task.contact_id: task for task in db.session.scalars(select(CallBackTask))}
        told += [told for contact in contacts if (told := _left_of(contact, tasks.get(contact.id)))]
        open_for_ever = select(Offer).where(Offer.outcome.is_(None), Offer.kind.in_(ON_THE_PHONE))
        told += [
            f"{offer.contact_id}: a {offer.kind} is offered for ever" for offer in db.session.scalars(open_for_ever)
        ]
        busy = select(DutyPresence).where(DutyPresence.state.in_(("ringing", "talking")))
        told += [f"{presence.account_id} is {presence.state} for ever" for presence in db.session.scalars(busy)]
        told += [f"{leg.party.number} is {leg.place} for ever" for leg in self.exchange.legs.values() if leg.live]
        db.session.rollback()
        return told


def _left_of(contact: Contact, task: CallBackTask | None) -> str | None:
    """What is wrong with a contact whose caller has gone long ago."""
    owned = contact.psychologist_id is not None or _number_took(contact.taken_offer_id)
    match contact.state:
        case "finalized":
            fit, fault = contact.outcome is not None, "was closed without an outcome"
        case "to_record" | "unfinished":
            fit, fault = owned, "is to be recorded by nobody"
        case "call_back":
            kept = task is not None and (task.done_at or task.next_step_at or task.assigned_id) is not None
            fit, fault = kept, "is owed a call by nobody"
        case state:
            fit, fault = False, f"is {state} for ever"
    return None if fit else f"{contact.id} {fault}"


def _number_took(offer_id: uuid.UUID | None) -> bool:
    offer = db.session.get(Offer, offer_id) if offer_id else None
    return offer is not None and offer.setting_number is not None


class Replaceable(FakeGateway):
    """Stands where the gateway of the application is until the night's own exchange takes its place."""

    exchange: Exchange | None = None

    def perform(self, request):  # type: ignore[no-untyped-def]
        """See tesa.telephony.gateway.Gateway."""
        assert not has_request_context(), "a request was sent while Twilio waits for an answer"
        self.requests.append(request)
        assert self.exchange is not None
        return self.exchange.perform(request)


def make_night(
    app: Flask, twilio: Twilio, gateway: Replaceable, clock: MovedClock, seed: int, callers: int, psychologists: int
) -> Night:
    """A night that has not begun. `app` must send through `gateway`."""
    exchange = Exchange(clock, Luck(Random(f"{seed}-luck")))
    exchange.twilio, gateway.exchange = twilio, exchange
    return Night(seed, Hotline(app, twilio, gateway, clock), exchange, callers, psychologists)
