"""Where an act of a contact leads: back to its page."""

from __future__ import annotations

import uuid

from flask import redirect, url_for
from werkzeug.wrappers import Response as AnyResponse


def to_contact(contact_id: uuid.UUID) -> AnyResponse:
    """To the page of this contact."""
    return redirect(url_for("intake.contact", contact_id=contact_id), 303)
