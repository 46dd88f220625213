"""What browsers refused to load because the content-security policy forbids it: counted, never kept.

A report names the page it happened on, and a page's address holds ids; so of a report only the day, the directive and
the sort of what was blocked are written down, each from a fixed list. A rising count means that somebody tries to put
something into our pages, or that a page of ours breaks its own policy.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import Response, abort, request
from sqlalchemy import String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from tesa.core import clock
from tesa.core.db import Model, db
from tesa.core.transactions import transaction

PATH = "/csp-laporan"
KINDS = ("application/csp-report", "application/reports+json")
MOST_BYTES = 16 * 1024
MOST_IN_ONE = 20  # reports that a browser may put into one request
MOST_A_MINUTE = 60  # requests that one process counts; a page broken everywhere must not become a flood of writes
MINUTE = timedelta(minutes=1)
DIRECTIVES = frozenset(
    {
        "default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem",
        "style-src-attr", "img-src", "font-src", "connect-src", "media-src", "object-src", "frame-src", "worker-src",
        "manifest-src", "form-action", "base-uri", "frame-ancestors",
    }
)  # fmt: skip
BLOCKED = frozenset({"inline", "eval", "self", "data", "blob", "http", "https", "ws", "wss", "file", "filesystem"})
OTHER = "other"


class BrowserReport(Model):
    """How often a browser refused one sort of thing on one day."""

    __tablename__ = "browser_report"

    day: Mapped[date] = mapped_column(primary_key=True)
    directive: Mapped[str] = mapped_column(String(40), primary_key=True)
    blocked: Mapped[str] = mapped_column(String(20), primary_key=True)
    count: Mapped[int]


@dataclass(frozen=True)
class CspCount:
    """One line of the counts."""

    day: date
    directive: str
    blocked: str
    count: int


def csp_counts(since: date) -> list[CspCount]:
    """The counts from the day `since` (UTC) on, the newest day first."""
    rows = db.session.scalars(
        select(BrowserReport)
        .where(BrowserReport.day >= since)
        .order_by(BrowserReport.day.desc(), BrowserReport.directive, BrowserReport.blocked)
    )
    return [CspCount(row.day, row.directive, row.blocked, row.count) for row in rows]


class _Tap:
    """Lets at most MOST_A_MINUTE requests of this process through in a minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: datetime | None = None
        self._count = 0

    def open(self, now: datetime) -> bool:
        with self._lock:
            if self._since is None or not timedelta(0) <= now - self._since < MINUTE:
                self._since, self._count = now, 0
            self._count += 1
            return self._count <= MOST_A_MINUTE


def report_view() -> Any:
    """The view of PATH, with a rate of its own for each application."""
    tap = _Tap()

    def csp_report() -> Response:
        """POST /csp-laporan: a browser tells what it refused. Counted, 204."""
        if request.mimetype not in KINDS:
            abort(415)
        request.max_content_length = MOST_BYTES
        found = Counter(list(_reports(_body()))[:MOST_IN_ONE])
        now = clock.now()
        if not tap.open(now):
            abort(429)
        with transaction():
            for (directive, blocked), count in sorted(found.items()):
                _count(now.date(), directive, blocked, count)
        return Response(status=204)

    return csp_report


def _body() -> Any:
    try:
        return json.loads(request.get_data(cache=False))
    except (ValueError, RecursionError):  # not JSON, not UTF-8, or nested without end
        abort(400)


def _reports(body: Any) -> Iterator[tuple[str, str]]:
    """Directive and sort of each report in `body`; whatever has another shape is passed over."""
    for entry in body if isinstance(body, list) else [body]:
        if not isinstance(entry, dict):
            continue
        report = entry.get("csp-report") or entry.get("body")
        if isinstance(report, dict):
            directive = report.get("effectiveDirective") or report.get("effective-directive")
            named = str(directive or report.get("violated-directive") or "").partition(" ")[0]
            address = report.get("blockedURL") or report.get("blocked-uri") or ""
            yield (named if named in DIRECTIVES else OTHER), _sort(str(address))


def _sort(address: str) -> str:
    """`inline`, `data`, `https`: what was blocked, without where it came from."""
    try:
        scheme = urlsplit(address).scheme or address
    except ValueError:
        return OTHER
    return scheme if scheme in BLOCKED else OTHER


def _count(day: date, directive: str, blocked: str, count: int) -> None:
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    values = insert(BrowserReport).values(day=day, directive=directive, blocked=blocked, count=count)
    db.session.execute(
        values.on_conflict_do_update(
            index_elements=["day", "directive", "blocked"], set_={"count": BrowserReport.count + values.excluded.count}
        )
    )
