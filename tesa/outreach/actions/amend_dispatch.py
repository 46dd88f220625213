"""More is known about a dispatch under way: place, who may be there, what to beware of, how urgent it is."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts import audit
from tesa.accounts.rules.policy import Relation, Standing
from tesa.core.errors import Conflict, NotFound, RuleBroken
from tesa.outreach.actions.log_event import By, log_event
from tesa.outreach.actions.raise_priority import raise_priority
from tesa.outreach.actions.tell_change import tell_change
from tesa.outreach.models import Dispatch
from tesa.outreach.rules.priorities import Priority, more_urgent
from tesa.outreach.sealing import Words, seal_words


@dataclass(frozen=True)
class Amendment:
    """What the form holds now; `revision` is that of the texts it was filled from."""

    priority: Priority
    kecamatan: str | None
    wish_woman: bool
    words: Words
    revision: int


def amend_dispatch(dispatch: Dispatch, amendment: Amendment, who: Standing, actor: uuid.UUID, now: datetime) -> None:
    """Write `amendment` into `dispatch` (locked); whoever has it is told, a higher priority restarts the clocks.

    Raises NotFound for somebody it does not concern, Conflict when somebody else has changed the texts meanwhile,
    RuleBroken when the dispatch is over or the priority would sink.
    """
    if not who.may("dispatch.read", dispatch.state):
        raise NotFound
    if not who.may("dispatch.amend", dispatch.state):
        raise RuleBroken(_("Penjangkauan ini sudah selesai dan tidak bisa diubah lagi."))
    if amendment.revision != dispatch.revision:
        raise Conflict(_("Orang lain baru saja mengubah keterangan ini. Bandingkan, lalu simpan lagi."))
    if more_urgent(Priority(dispatch.priority), amendment.priority):
        raise RuleBroken(_("Prioritas hanya bisa dinaikkan."))
    dispatch.kecamatan, dispatch.wish_woman = amendment.kecamatan, amendment.wish_woman
    if Relation.REQUESTED in who.relations and dispatch.requested_by is None:
        dispatch.requested_by = actor  # the caller's key or words had asked; now a psychologist stands behind it
    dispatch.revision += 1
    seal_words(dispatch, amendment.words)
    log_event(dispatch, "amended", now, By(actor))
    audit.record(actor, "dispatch.amend", "dispatch", dispatch.id, now, dispatch.case_id, revision=dispatch.revision)
    tell_change(dispatch, now)
    if more_urgent(amendment.priority, Priority(dispatch.priority)):
        raise_priority(dispatch, amendment.priority, actor, now)
