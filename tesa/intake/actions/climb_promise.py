"""One rung of a promise to call back: one more person is told, and from the second one on somebody answers for it.

Nobody is called here: a person does that, when she has looked whether it is safe. And nothing here closes a promise.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select

from tesa.accounts.notices import holders, tell
from tesa.accounts.rules.roles import Role
from tesa.cases.public import How, Why
from tesa.core.db import db, new_id
from tesa.core.vault import KeysAway
from tesa.intake.actions.log_event import log_event
from tesa.intake.actions.offer_contact import coordinators
from tesa.intake.file_models import SealedFile
from tesa.intake.models import CallBackTask, Contact, Offer
from tesa.intake.queries import locked
from tesa.intake.reaching import hours_for, why_not
from tesa.intake.rules import promises
from tesa.intake.rules.files import FileKind
from tesa.intake.rules.words import ContactState, OfferOutcome
from tesa.intake.wishes import need_of, never_for
from tesa.psychologists.public import on_duty, rank_for
from tesa.telephony.inbound import settings
from tesa.telephony.outbox import enqueue

KIND = "promise"
PAGE = "intake.promise_page"
NOTICE, MANY_TRIES = "intake.promise", "intake.promise_tries"
"""The notices: somebody is owed a call; she was tried often and not reached."""
COORDINATOR_TIER = 3
TIERS = {"best": 1, "next": 1, "back_up": 2}


def climb_promise(task_id: uuid.UUID, now: datetime) -> bool:
    """Do the due rung of one promise. False when another worker holds it or nothing is due any more."""
    contact_id = db.session.scalar(select(CallBackTask.contact_id).where(CallBackTask.id == task_id))
    contact = locked(contact_id) if contact_id else None
    task = db.session.scalar(
        select(CallBackTask)
        .where(CallBackTask.id == task_id, CallBackTask.done_at.is_(None), CallBackTask.next_step_at <= now)
        .execution_options(populate_existing=True)
    )
    if contact is None or task is None:
        return False
    if contact.state != ContactState.CALL_BACK or _is_on_line(task):
        task.next_step_at = now + promises.LOOK_AGAIN
        return True
    since = task.ladder_from or task.created_at
    safe = _when_safe(task, contact, now)
    if safe is not None and safe > now:
        task.ladder_from, task.next_step_at, task.step, task.due_at = safe, safe, 0, safe + promises.FIRST_TRY_WITHIN
        log_event(contact.id, "promise_waits", now)
        return True
    _do(contact, task, promises.rung(task.step), now)
    task.step, task.next_step_at = promises.next_step(task.step, since, now)
    return True


def _is_on_line(task: CallBackTask) -> bool:
    """Has she called again, and waits or talks just now? Then nobody is told to call her."""
    again = db.session.get(Contact, task.again_id) if task.again_id else None
    return again is not None and again.state in (ContactState.WAITING, ContactState.IN_PROGRESS)


def _when_safe(task: CallBackTask, contact: Contact, now: datetime) -> datetime | None:
    """When her safe hours begin, if that is all that forbids to call her now. A message is heard at any hour."""
    if _unheard(contact):
        return None
    try:
        if why_not(How.CALL, contact, now) is not Why.NOT_AT_THIS_HOUR:
            return None
        return promises.safe_from(now, hours_for(contact), settings().time_zone)
    except KeysAway:
        return None


def _unheard(contact: Contact) -> bool:
    query = select(SealedFile.id).where(
        SealedFile.contact_id == contact.id, SealedFile.kind == FileKind.VOICEMAIL, SealedFile.heard_at.is_(None)
    )
    return db.session.scalar(query.limit(1)) is not None


def _do(contact: Contact, task: CallBackTask, rung: promises.Rung, now: datetime) -> None:
    told = {o.account_id for o in _open_offers(contact.id)}
    people: list[tuple[uuid.UUID, int]] = []
    if rung.who in TIERS:
        tier = TIERS[rung.who]
        people = [(person, tier) for person in _candidates(contact, tier, told, now)[:1]]
    if rung.who not in TIERS or not (people or told):  # nobody is on duty: a coordinator learns of it at once
        on_rota, _numbers = coordinators(now)
        people = [(person, COORDINATOR_TIER) for person in on_rota or sorted(holders(Role.COORDINATOR))]
    if task.assigned_id is not None and task.step > 0:
        people.append((task.assigned_id, 1))
    never = never_for(contact)
    for account_id, tier in people:
        if account_id not in never:
            tell_promise(contact, account_id, tier, now)
    if rung.who == "director":
        for number in range(len(settings().coordinator_numbers)):
            _page_number(contact, number, now)
    if task.step >= promises.ASSIGNS_FROM:
        _assign(contact, task, now)
    log_event(contact.id, "promise_rung", now, detail=rung.who)


def _open_offers(contact_id: uuid.UUID) -> list[Offer]:
    query = select(Offer).where(Offer.contact_id == contact_id, Offer.kind == KIND, Offer.outcome.is_(None))
    return list(db.session.scalars(query.order_by(Offer.offered_at, Offer.id)))


def _candidates(contact: Contact, tier: int, told: Iterable[uuid.UUID | None], now: datetime) -> list[uuid.UUID]:
    """Whom to tell, best first: whoever knows her, then those who are free, then all on duty. Nobody twice."""
    need = need_of(contact, now, [a for a in told if a is not None])
    need = replace(need, preferred=contact.psychologist_id or need.preferred)
    ranked = rank_for(need, now, tiers=(tier,), free_only=True) or rank_for(need, now, tiers=(tier,), free_only=False)
    return [candidate.account_id for candidate in ranked]


def tell_promise(contact: Contact, account_id: uuid.UUID, tier: int, now: datetime) -> None:
    """Tell one person that the caller of `contact` (locked) is owed a call: a notice, and a row on her page."""
    tell([account_id], NOTICE, contact.id, now, urgent=True)
    if all(o.account_id != account_id for o in _open_offers(contact.id)):
        db.session.add(_offer(contact, now, tier, account_id=account_id))
        db.session.flush()


def _page_number(contact: Contact, number: int, now: datetime) -> None:
    """The last rung: a text to a coordinators' number of the settings, again each time."""
    offer = next((o for o in _open_offers(contact.id) if o.setting_number == number), None)
    if offer is None:
        offer = _offer(contact, now, COORDINATOR_TIER, setting_number=number)
        db.session.add(offer)
        db.session.flush()
    enqueue(PAGE, offer.id, now)


def _offer(
    contact: Contact, now: datetime, tier: int, account_id: uuid.UUID | None = None, setting_number: int | None = None
) -> Offer:
    return Offer(
        id=new_id(), contact_id=contact.id, kind=KIND, account_id=account_id, setting_number=setting_number, tier=tier,
        reasons="promise", token=secrets.token_urlsafe(32), offered_at=now,
    )  # fmt: skip


def _assign(contact: Contact, task: CallBackTask, now: datetime) -> None:
    """From now on one person answers for it: whose contact it is, else the first who was told and is on duty."""
    if task.assigned_id is not None:
        return
    there = {person.account_id for person in on_duty("hotline", now)}
    told = [o.account_id for o in _open_offers(contact.id) if o.account_id is not None]
    found = contact.psychologist_id or next((p for p in told if p in there), None) or next(iter(told), None)
    if found is None:
        found = next(iter(sorted(holders(Role.COORDINATOR) - never_for(contact))), None)
    if found is not None:
        assign_promise(contact, task, found, now)


def assign_promise(contact: Contact, task: CallBackTask, account_id: uuid.UUID, now: datetime) -> None:
    """`account_id` answers for the promise of `contact` (locked), and may see who it is."""
    task.assigned_id = account_id
    contact.psychologist_id = contact.psychologist_id or account_id
    tell_promise(contact, account_id, 1, now)
    log_event(contact.id, "promise_assigned", now, account_id)


def due_promises(now: datetime, limit: int = 50) -> list[uuid.UUID]:
    """Promises whose next rung is due, the oldest first."""
    query = select(CallBackTask.id).where(CallBackTask.next_step_at <= now, CallBackTask.done_at.is_(None))
    return list(db.session.scalars(query.order_by(CallBackTask.created_at).limit(limit)))


def end_promise_offers(contact_id: uuid.UUID, by: uuid.UUID, now: datetime) -> None:
    """The promise is kept: nobody needs to be told any more. Whoever kept it has taken what was offered to her."""
    for offer in _open_offers(contact_id):
        offer.outcome = OfferOutcome.ACCEPTED if offer.account_id == by else OfferOutcome.CANCELLED
        offer.ended_at = now
