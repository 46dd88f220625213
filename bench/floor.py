"""The floor: what any webhook costs that checks Twilio's signature and keeps one row. Served like TeSA, by gunicorn."""

from __future__ import annotations

import os
import threading

import psycopg
from flask import Flask, Response, abort, request
from twilio.request_validator import RequestValidator

PUBLIC_URL = os.environ["TESA_PUBLIC_URL"]
DATABASE = os.environ["TESA_DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://", 1)
validator = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
local = threading.local()
app = Flask("floor")


def connection() -> psycopg.Connection:
    """One connection for each thread, as a pool of the right size would give it."""
    if not hasattr(local, "connection"):
        local.connection = psycopg.connect(DATABASE, autocommit=True)
    found: psycopg.Connection = local.connection
    return found


@app.get("/healthz")
def healthz() -> str:
    """The process answers."""
    return "ok"


@app.post("/twilio/<what>")
def keep(what: str) -> Response:
    """Check, insert, answer."""
    url = PUBLIC_URL + request.path
    if not validator.validate(url, request.form, request.headers.get("X-Twilio-Signature", "")):
        abort(403)
    connection().execute(
        "insert into floor_row (id, sender, body, at) values (gen_random_uuid(), %s, %s, now())",
        (request.form["From"], request.form.get("Body", "")),
    )
    return Response("<Response/>", content_type="text/xml")
