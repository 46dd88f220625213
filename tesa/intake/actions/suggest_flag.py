"""The rule suggests a flag; a person decides. Nothing happens to the caller."""

from __future__ import annotations

import uuid
from datetime import datetime

from tesa.cases.public import high_risk_case
from tesa.core.db import db, new_id
from tesa.core.vault import KeysAway, vault
from tesa.intake import sealing
from tesa.intake.flag_models import NumberFlag
from tesa.intake.flags import flags_on, outcomes_of
from tesa.intake.models import Contact
from tesa.intake.queries import number_of
from tesa.intake.rules.nuisance import COUNTED, SUGGESTION_LASTS, FlagKind, suggested_by


def suggest_flag(contact: Contact, now: datetime) -> uuid.UUID | None:
    """Suggest a flag for the number of `contact`, which has just been put on record, if its last weeks say so.

    None: its outcome does not count, the number is withheld, flagged already, or belongs to an open case of high risk.
    While the key provider is away nothing is suggested; the next contact of that number is looked at again.
    """
    if contact.outcome not in COUNTED:
        return None
    try:
        number = number_of(contact)
        if number is None or flags_on(number, now):
            return None
        db.session.flush()
        reason = suggested_by(outcomes_of(number, now), now)
        if reason is None or high_risk_case(number) is not None:
            return None
        return _suggest(number, reason, contact.id, now)
    except KeysAway:
        return None


def _suggest(number: str, reason: str, contact_id: uuid.UUID, now: datetime) -> uuid.UUID:
    flag = NumberFlag(
        id=new_id(), kind=FlagKind.SUGGESTED, reason=reason, contact_id=contact_id, since=now,
        until=now + SUGGESTION_LASTS, number_index=vault.blind_index("number", number),
    )  # fmt: skip
    flag.number_sealed = sealing.seal_flagged(flag.id, number)
    db.session.add(flag)
    return flag.id
