"""A browser without a screen, whose requests share nothing with the test."""

from __future__ import annotations

import contextvars
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from tesa.core.db import db

RAW_TOKEN = "what the session cookie of this browser remembers"


class OutsideClient(FlaskClient):
    """Each request gets an application context, and so a database session, of its own, as it would from outside.

    Otherwise a view that forgot to commit would go unnoticed: the test would read the view's own session. The test's
    session is rolled back before and behind each request, so that it holds no lock and reads afresh.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """See FlaskClient.open."""
        _end_reading()
        try:
            response: TestResponse = contextvars.Context().run(super().open, *args, **kwargs)
        finally:
            _end_reading()
        return response

    def csrf_token(self) -> str:
        """The token that a page of this browser would carry in its forms."""
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", RAW_TOKEN)
        return URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token").dumps(raw)

    def submit(self, path: str, headers: dict[str, str] | None = None, **fields: Any) -> TestResponse:
        """Send a form of `fields`, its token included, by POST."""
        return self.post(path, data={"csrf_token": self.csrf_token(), **fields}, headers=headers)


def _end_reading() -> None:
    if has_app_context():
        db.session.rollback()
        db.session.expire_all()
