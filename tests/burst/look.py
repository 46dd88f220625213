"""What must hold at each second of a night."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from sqlalchemy import and_, func, select

from tesa.core.db import db
from tesa.intake.actions.climb_ladder import since
from tesa.intake.models import Contact, Offer
from tesa.intake.wishes import is_critical
from tests.burst.exchange import Exchange

RUNGS = {False: (1, 6, 10, 15, 35, 50, 75), True: (1, 14, 30)}  # seconds, ordinary and critical
AGAIN_EVERY = 20
SLACK = 1  # second by which a rung may be late
STOPS_WITHIN = 8  # seconds: an order to stop may stay without an answer, and is then repeated


@dataclass
class Lasting:
    """What is remembered from one second to the next."""

    seconds: dict[str, int] = field(default_factory=dict)  # for how long something has been wrong
    steps: dict[str, int] = field(default_factory=dict)  # which rung each contact waited for
    contacts: dict[str, str | None] = field(default_factory=dict)  # whom a ring is for, by its token


@dataclass
class Look:
    """One look at the books and at the telephones."""

    exchange: Exchange
    lasting: Lasting

    def wrong(self) -> list[str]:
        """What does not hold."""
        waiting = list(db.session.scalars(select(Contact).where(Contact.state == "waiting")))
        found = [*self._steps(), *self._ladders(waiting), *_taken_twice(), *_rung_in_vain()]
        taken = set(map(str, db.session.scalars(select(Contact.id).where(Contact.state != "waiting"))))
        return found + self._for_too_long(dict(self._phones(taken)))

    def _for_too_long(self, allowed: dict[str, int]) -> Iterable[str]:
        """What is wrong for longer than it is allowed to be, in seconds."""
        lasted = {what: self.lasting.seconds.get(what, 0) + 1 for what in allowed}
        self.lasting.seconds = lasted
        return [what for what, seconds in lasted.items() if seconds > allowed[what]]

    # -- the ladder
    def _steps(self) -> Iterator[str]:
        late = self.exchange.clock.now() - timedelta(seconds=SLACK)
        for contact in db.session.scalars(select(Contact).where(Contact.next_step_at < late)):
            yield f"{contact.id} ({contact.state}) waits for a step since {contact.next_step_at}"

    def _ladders(self, waiting: Iterable[Contact]) -> Iterator[str]:
        now, before = self.exchange.clock.now(), self.lasting.steps
        self.lasting.steps = {str(c.id): c.ladder_step for c in waiting}
        for contact in waiting:
            waits = (now - since(contact)).total_seconds()
            critical, step = is_critical(contact), contact.ladder_step
            if contact.next_step_at is None:
                yield f"{contact.id} waits, and nobody will look after her"
            if waits > _second(step, critical=critical) + SLACK:
                yield f"{contact.id} waits for {waits:.1f} s and has not come to rung {step}"
            climbed = before.get(str(contact.id), step) + 1 == step
            early = step > 1 and waits < _second(step - 1, critical=critical)  # the first: at once if nobody is on
            if climbed and early and not critical and not _disturbed(contact):
                yield f"{contact.id} came to rung {step - 1} after {waits:.1f} s"

    # -- the telephones
    def _phones(self, taken: set[str]) -> Iterator[tuple[str, int]]:
        """What may not be so for long: a telephone that rings, or talks, for two contacts, or for one who is taken.

        Dispatches ring beside: a telephone in a talk is busy for them, and help in an emergency waits for nobody.
        """
        busy: dict[str, set[str]] = {}
        for leg in self.exchange.legs.values():
            contact = self._contact_of(leg.url) if leg.url and leg.place in ("ringing", "room") else None
            if contact is not None:
                busy.setdefault(leg.party.number, set()).add(contact)
                if leg.place == "ringing" and contact in taken:
                    yield f"{leg.party.number} {leg.sid[-4:]} rings on for {contact}, who is not waiting", STOPS_WITHIN
        for number, contacts in busy.items():
            if len(contacts) > 1:
                yield f"{number} is rung for two contacts: {' '.join(sorted(contacts))}", SLACK

    def _contact_of(self, url: str) -> str | None:
        """Whom a ring is for; None: it is not for a contact."""
        what, token = urlsplit(url).path.split("/")[2:4]
        if what != "offer":
            return None
        known = self.lasting.contacts
        if token not in known:
            known[token] = str(db.session.scalar(select(Offer.contact_id).where(Offer.token == token)))
        return known[token]


def _second(step: int, *, critical: bool) -> int:
    """The second at which a rung is due."""
    rungs = RUNGS[critical]
    return rungs[min(step, len(rungs) - 1)] + AGAIN_EVERY * max(0, step - len(rungs) + 1)


def _disturbed(contact: Contact) -> bool:
    """Has a line broken off, or somebody missed or declined her? Then the next rung may come before its time."""
    ended = select(Offer.id).where(Offer.contact_id == contact.id, Offer.outcome.is_not(None))
    return contact.ladder_from is not None or db.session.scalar(ended.limit(1)) is not None


def _taken_twice() -> Iterator[str]:
    """By the books: whoever is rung for one contact, or talks with her, is not rung for another."""
    rings = and_(Offer.outcome.is_(None), Offer.kind == "call")
    talks = and_(Contact.taken_offer_id == Offer.id, Contact.state == "in_progress")
    query = (
        select(Offer.account_id, Offer.setting_number)
        .join(Contact, Contact.id == Offer.contact_id)
        .where(rings | talks)
        .group_by(Offer.account_id, Offer.setting_number)
        .having(func.count(Offer.contact_id.distinct()) > 1)
    )
    for account_id, number in db.session.execute(query):
        yield f"{account_id or f'coordinator number {number}'} is there for two contacts at once"


def _rung_in_vain() -> Iterator[str]:
    query = (
        select(Offer.contact_id)
        .join(Contact, Contact.id == Offer.contact_id)
        .where(Offer.outcome.is_(None), Offer.kind == "call", Contact.state != "waiting")
    )
    for contact_id in db.session.scalars(query):
        yield f"{contact_id} is not waiting, and still offered"
