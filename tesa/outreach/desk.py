"""What somebody is to the contact for which outreach is asked. Contacts belong to intake; the application ties both."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import current_app

from tesa.accounts.rules.policy import Actor, Standing
from tesa.core.errors import NotFound

StandingTo = Callable[[uuid.UUID, Actor], Standing]


def standing_to_contact(contact_id: uuid.UUID, actor: Actor) -> Standing:
    """What `actor` is to the contact; nothing, when there is no such contact."""
    standing_to: StandingTo = current_app.extensions["tesa_standing_to_contact"]
    return standing_to(contact_id, actor)


def require_contact(contact_id: uuid.UUID, actor: Actor, act: str) -> Standing:
    """The same, for somebody who may do `act`. Raises NotFound for everybody else."""
    who = standing_to_contact(contact_id, actor)
    if not who.may(act):
        raise NotFound
    return who
