"""Ask the coordinators: whoever of them acknowledges says "I take care of it"."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime

from tesa.accounts.public import Role, StaffMember, by_phone, staff, with_role
from tesa.outreach.actions.log_event import log_event
from tesa.outreach.actions.offer_dispatch import offer_dispatch
from tesa.outreach.models import Dispatch
from tesa.outreach.queries import offers_of
from tesa.outreach.rules.offers import Kind
from tesa.psychologists.public import on_duty
from tesa.telephony.inbound import settings

log = logging.getLogger(__name__)
COORDINATOR_TIER = 3


def ask_coordinators(dispatch: Dispatch, now: datetime) -> None:
    """Ring those on the rota and the numbers of the settings; all coordinators if there are none, or if we ask again.

    Who is being asked at the moment is left alone. When there is nobody to ask, that is written down and logged as
    an error, and the ladder comes back.
    """
    offers = offers_of(dispatch.id)
    asked_before = any(o.kind == Kind.COORDINATOR for o in offers)
    people, numbers = _reachable(now, everybody=asked_before)
    if not people and not numbers:
        log.error("dispatch %s: there is no coordinator to ask", dispatch.id)
        log_event(dispatch, "nobody_to_ask", now)
        return
    being_asked = [o for o in offers if o.outcome is None]
    for person in sorted(people - {o.account_id for o in being_asked}):
        offer_dispatch(dispatch, Kind.COORDINATOR, person, None, now)
    for number in sorted(numbers - {o.setting_number for o in being_asked}):
        offer_dispatch(dispatch, Kind.COORDINATOR, None, number, now)


def _reachable(now: datetime, everybody: bool) -> tuple[set[uuid.UUID], set[int]]:
    """Accounts to ask, and which numbers of the settings belong to nobody's account."""
    on_rota = [d.account_id for d in on_duty("hotline", now) if d.tier == COORDINATOR_TIER]
    people = {m.id for m in staff(on_rota).values() if _can_be_rung(m)}
    numbers = set()
    for index, number in enumerate(settings().coordinator_numbers):
        owner = by_phone(number)
        if owner is None:
            numbers.add(index)
        else:
            people.add(owner.id)
    if everybody or not (people or numbers):
        people |= {m.id for m in with_role(Role.COORDINATOR) if _can_be_rung(m)}
    return people, numbers


def _can_be_rung(member: StaffMember) -> bool:
    return member.active and member.phone is not None
