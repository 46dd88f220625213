"""Is TeSA alive and ready? No names, no counts by case."""

from __future__ import annotations

import hmac
import logging
from datetime import datetime, timedelta

from flask import Blueprint, Response, abort, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select

from tesa.accounts.permissions import public_endpoint
from tesa.continuity.public import export_age, line_state
from tesa.core import clock
from tesa.core.db import db
from tesa.core.vault import vault
from tesa.intake.public import waiting_count
from tesa.telephony.inbound import settings
from tesa.telephony.models import Heartbeat, OutboxItem
from tesa.web.reports import csp_counts

log = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__)
REPORTS_SHOWN_FOR = timedelta(days=7)
TICK_FRESH_FOR = timedelta(seconds=20)


@blueprint.get("/healthz")
@public_endpoint
def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public_endpoint
def readyz() -> tuple[Response, int]:
    """Database, worker tick and keys; 503 when one of them is missing."""
    checks = {"database": _database(), "worker": False, "keys": False}
    if checks["database"]:
        last = worker_beat()
        checks["worker"] = last is not None and clock.now() - last < TICK_FRESH_FOR
        checks["keys"] = _keys()
    ready = all(checks.values())
    return jsonify(status="ready" if ready else "not ready", **checks), 200 if ready else 503


def _database() -> bool:
    try:
        db.session.execute(select(1))
    except Exception:  # whatever the driver raises: the answer is "not ready", and the log of the pool says why
        db.session.rollback()
        return False
    return True


def _keys() -> bool:
    try:
        vault.check()
    except Exception:
        log.exception("the keys do not open this database")
        db.session.rollback()
        return False
    return True


def worker_beat() -> datetime | None:
    """When a worker last ticked."""
    return db.session.scalar(select(Heartbeat.at).where(Heartbeat.name == "worker"))


def outbox_counts(now: datetime) -> dict[str, int]:
    """How many outbox items are due now, and how many have failed for good."""
    due = db.session.scalar(
        select(func.count()).where(OutboxItem.state.in_(["due", "sending"]), OutboxItem.due_at <= now)
    )
    failed = db.session.scalar(select(func.count()).where(OutboxItem.state.in_(["failed", "unknown"])))
    return {"due": due or 0, "failed": failed or 0}


@blueprint.get("/metrics")
@public_endpoint
def metrics() -> Response:
    """Prometheus figures, for whoever holds the token."""
    token = settings().metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token is None or not hmac.compare_digest(given.encode(), token.encode()):
        abort(404)
    now, registry = clock.now(), CollectorRegistry()
    counts, last = outbox_counts(now), worker_beat()
    for name, text, value in (
        ("tesa_contacts_waiting", "Contacts nobody has taken yet", waiting_count()),
        ("tesa_outbox_due", "Outbox items that are due", counts["due"]),
        ("tesa_outbox_failed", "Outbox items that failed or ended unknown", counts["failed"]),
        ("tesa_worker_tick_age_seconds", "Age of the worker's last tick", (now - last).total_seconds() if last else -1),
    ):
        Gauge(name, text, registry=registry).set(value)
    _continuity(registry, now)
    refused = Gauge(
        "tesa_csp_reports", "What browsers refused to load in the last 7 days", ["directive"], registry=registry
    )
    for line in csp_counts((now - REPORTS_SHOWN_FOR).date()):
        refused.labels(line.directive).inc(line.count)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _continuity(registry: CollectorRegistry, now: datetime) -> None:
    """Does the line prove itself, and is the document elsewhere kept right?"""
    line = line_state(now)
    age = (now - line.succeeded_at).total_seconds() if line.succeeded_at else -1
    Gauge("tesa_self_call_good", "Was the last test of the line good? -1: none was made", registry=registry).set(
        -1 if line.good is None else line.good
    )
    Gauge("tesa_self_call_age_seconds", "Since the last good test of the line; -1: none", registry=registry).set(age)
    exported = Gauge(
        "tesa_fallback_export_age_seconds",
        "Since the document for Twilio was last right; -1: never",
        ["place"],
        registry=registry,
    )
    for place, seconds in export_age(now).items():
        exported.labels(place).set(seconds)
