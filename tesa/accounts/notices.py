"""What members of staff should know: shown on *Giliran saya* and on a page of its own until it is read.

Whoever has news calls `tell` inside her transaction, so that an act and the news of it stand or fall together. A notice
holds a kind and an id; the slice that owns the kind registers its sentence and where it leads.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel.speaklater import LazyString
from sqlalchemy import select, update

from tesa.accounts.models import Account, AccountRole, Notice
from tesa.accounts.rules.roles import Role
from tesa.core.db import db, new_id
from tesa.core.errors import NotFound
from tesa.telephony.outbox import enqueue

ALERT = "accounts.alert"
"""The outbox's kind of the sentence that an urgent notice sends."""
PAGE = "/pemberitahuan"
SHOWN = 100

UrlOf = Callable[[uuid.UUID | None], str | None]


@dataclass(frozen=True)
class NoticeKind:
    """One sort of news: its sentence, and the page it leads to (None: nowhere)."""

    sentence: LazyString | str
    url_for_object: UrlOf


@dataclass(frozen=True)
class NoticeView:
    """A notice as its reader sees it."""

    id: uuid.UUID
    sentence: LazyString | str
    urgent: bool
    created_at: datetime
    read: bool


NOTICE_KINDS: dict[str, NoticeKind] = {}


def register_notice(kind: str, sentence: LazyString | str, url_for_object: UrlOf) -> None:
    """Make `kind` (at most 40 characters) known. `sentence` never holds a caller's words."""
    NOTICE_KINDS[kind] = NoticeKind(sentence, url_for_object)


def tell(
    account_ids: Iterable[uuid.UUID], kind: str, object_id: uuid.UUID | None, now: datetime, *, urgent: bool = False
) -> None:
    """Tell these people, inside the present transaction; who is not active any more is left out.

    `urgent` also sends a sentence without content to their telephones. Raises KeyError for an unknown kind.
    """
    if kind not in NOTICE_KINDS:
        raise KeyError(kind)
    wanted = set(account_ids)
    active = db.session.scalars(select(Account.id).where(Account.id.in_(wanted), Account.active).order_by(Account.id))
    made = [
        Notice(id=new_id(), account_id=i, kind=kind, object_id=object_id, urgent=urgent, created_at=now, read_at=None)
        for i in (active if wanted else ())
    ]
    db.session.add_all(made)
    db.session.flush()
    for notice in made if urgent else ():
        enqueue(ALERT, notice.id, now)


def holders(*roles: Role) -> set[uuid.UUID]:
    """The ids of the active accounts that have one of these roles; nothing is unsealed."""
    query = select(Account.id).join(AccountRole, AccountRole.account_id == Account.id)
    return set(db.session.scalars(query.where(AccountRole.role.in_(map(str, roles)), Account.active)))


def notices_of(account_id: uuid.UUID, *, unread: bool) -> list[NoticeView]:
    """The newest notices of one person, newest first, at most SHOWN; `unread`: only those she has not read."""
    query = select(Notice).where(Notice.account_id == account_id)
    if unread:
        query = query.where(Notice.read_at.is_(None))
    rows = db.session.scalars(query.order_by(Notice.created_at.desc(), Notice.id).limit(SHOWN))
    return [_view(row) for row in rows if row.kind in NOTICE_KINDS]


def _view(row: Notice) -> NoticeView:
    return NoticeView(row.id, NOTICE_KINDS[row.kind].sentence, row.urgent, row.created_at, row.read_at is not None)


def read_notice(notice_id: uuid.UUID, account_id: uuid.UUID, now: datetime) -> str | None:
    """Her notice is read; where it leads, if anywhere. Raises NotFound when there is no such notice of hers."""
    notice = db.session.get(Notice, notice_id)
    if notice is None or notice.account_id != account_id or notice.kind not in NOTICE_KINDS:
        raise NotFound
    notice.read_at = notice.read_at or now
    db.session.flush()
    return NOTICE_KINDS[notice.kind].url_for_object(notice.object_id)


def read_all(account_id: uuid.UUID, now: datetime) -> None:
    """All her notices are read."""
    db.session.execute(
        update(Notice)
        .where(Notice.account_id == account_id, Notice.read_at.is_(None))
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
