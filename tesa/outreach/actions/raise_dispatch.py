"""Ask for outreach: one dispatch a contact, however often it is raised."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from tesa.accounts import audit
from tesa.core.db import db, new_id
from tesa.core.errors import NotFound
from tesa.outreach.actions.climb_ladder import climb_ladder
from tesa.outreach.actions.log_event import By, log_event
from tesa.outreach.actions.raise_priority import raise_priority
from tesa.outreach.actions.tell_change import tell_change
from tesa.outreach.models import Dispatch
from tesa.outreach.places import code_of
from tesa.outreach.queries import locked, under_way_for
from tesa.outreach.rules.lifecycle import State
from tesa.outreach.rules.priorities import Priority, more_urgent
from tesa.outreach.sealing import Words, seal_words, unseal_words


def raise_dispatch(
    *,
    contact_id: uuid.UUID | None,
    case_id: uuid.UUID | None,
    priority: str,
    requested_by: uuid.UUID | None,
    source: str,
    now: datetime,
    place: str = "",
    kecamatan: str | None = None,
    known: str = "",
    safety: str = "",
    wish_woman: bool = False,
) -> uuid.UUID:
    """The id of the dispatch of `contact_id`: a new one, or the one under way, made as urgent as `priority` if it was less.

    Raising again adds to what was known and takes nothing away. The first worker is asked in the same transaction.
    `kecamatan` is a code or a name; `source` is caller_key, caller_words, psychologist or coordinator. Raises NotFound
    when there is no such contact or case.
    """
    words, wanted = Words(place, known, safety), Priority(priority)
    fresh = Dispatch(
        id=new_id(),
        contact_id=contact_id,
        case_id=case_id,
        priority=wanted,
        state=State.REQUESTED,
        source=source,
        kecamatan=code_of(kecamatan),
        wish_woman=wish_woman,
        revision=1,
        requested_by=requested_by,
        requested_at=now,
        clock_since=now,
        rung=0,
        events=0,
    )
    existing = _under_way(contact_id) or _added(fresh, words)
    if existing is not None:
        _raise_again(existing, fresh, words, now)
        return existing.id
    log_event(fresh, "requested", now, By(requested_by), detail=source)
    audit.record(
        requested_by, "dispatch.request", "dispatch", fresh.id, now, case_id, priority=fresh.priority, source=source
    )
    climb_ladder(fresh, now)
    return fresh.id


def _under_way(contact_id: uuid.UUID | None) -> Dispatch | None:
    found = under_way_for(contact_id) if contact_id is not None else None
    return locked(found) if found is not None else None


def _added(fresh: Dispatch, words: Words) -> Dispatch | None:
    """Insert `fresh`; the one that somebody else has inserted at the same moment instead, if the database says so."""
    seal_words(fresh, words, incoming=fresh.requested_by is None)  # a caller's: the key provider may be away
    try:
        with db.session.begin_nested():
            db.session.add(fresh)
    except IntegrityError:
        other = _under_way(fresh.contact_id)
        if other is None:
            raise NotFound from None
        return other
    return None


def _raise_again(dispatch: Dispatch, wish: Dispatch, words: Words, now: datetime) -> None:
    dispatch.case_id = dispatch.case_id or wish.case_id
    dispatch.requested_by = dispatch.requested_by or wish.requested_by
    dispatch.kecamatan = dispatch.kecamatan or wish.kecamatan
    dispatch.wish_woman = dispatch.wish_woman or wish.wish_woman
    log_event(dispatch, "raised_again", now, By(wish.requested_by), detail=wish.source)
    audit.record(wish.requested_by, "dispatch.request", "dispatch", dispatch.id, now, dispatch.case_id, again=True)
    if _filled_in(dispatch, words):
        tell_change(dispatch, now)
    if more_urgent(Priority(wish.priority), Priority(dispatch.priority)):
        raise_priority(dispatch, Priority(wish.priority), wish.requested_by, now)


def _filled_in(dispatch: Dispatch, words: Words) -> bool:
    """Add `words` to what stands there; False if that changes nothing."""
    if words == Words():
        return False
    there = unseal_words(dispatch)
    both = Words(
        _joined(there.place, words.place), _joined(there.known, words.known), _joined(there.safety, words.safety)
    )
    if both == there:
        return False
    dispatch.revision += 1
    seal_words(dispatch, both)
    return True


def _joined(there: str, new: str) -> str:
    return there if new in there else f"{there}\n{new}".strip()
