"""A browser without a screen, whose requests share nothing with the test."""

from __future__ import annotations

import contextvars
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tesa.core.db import db


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


def _end_reading() -> None:
    if has_app_context():
        db.session.rollback()
        db.session.expire_all()
