"""Signed-in people without a browser, for acts that ask who acts."""

from __future__ import annotations

import uuid

from tesa.accounts.public import Principal, StaffMember
from tesa.core import clock


def as_principal(person: StaffMember) -> Principal:
    """`person` as a request would have her."""
    return Principal(
        id=person.id,
        email=person.email,
        name=person.name,
        roles=person.roles,
        language="id",
        theme="auto",
        session_id=uuid.uuid4(),
        seen_at=clock.now(),
    )
