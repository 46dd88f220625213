"""Administrators keep the list of those who may be called into a talk: interpreters, and full numbers for short codes."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.core.db import db, new_id
from tesa.core.errors import NotFound, RuleBroken
from tesa.intake import sealing
from tesa.intake.rules.talk import INTERPRETER, SERVICES
from tesa.intake.talk_models import ThirdParty
from tesa.telephony.numbers import normalised


def add_third_party(
    short_name: str, language: str, name: str, number: str, by: uuid.UUID, now: datetime
) -> uuid.UUID:  # fmt: skip
    """Put somebody on the list; gives the id. `short_name`: 112, 110, 119 or "interpreter".

    Raises RuleBroken when the number is no full one: carriers do not dial a short code for a line like ours.
    """
    e164 = normalised(number)
    if short_name not in (*SERVICES, INTERPRETER):
        raise RuleBroken(_("Pilih layanan dari daftar."))
    if e164 is None:
        raise RuleBroken(_("Tuliskan nomor telepon yang lengkap. Nomor pendek tidak dapat dihubungi dari sini."))
    party_id = new_id()
    db.session.add(
        ThirdParty(
            id=party_id,
            short_name=short_name,
            language=" ".join(language.split())[:20],
            name_sealed=sealing.seal_party(party_id, "name", " ".join(name.split())),
            number_sealed=sealing.seal_party(party_id, "number", e164),
            active=True,
            created_at=now,
        )
    )
    db.session.flush()
    record(by, "third_party.add", "third_party", party_id, now, short_name=short_name)
    return party_id


def switch_third_party(party_id: uuid.UUID, active: bool, by: uuid.UUID, now: datetime) -> None:
    """Use an entry, or stop using it. Raises NotFound."""
    party = db.session.get(ThirdParty, party_id)
    if party is None:
        raise NotFound
    party.active = active
    record(by, "third_party.switch", "third_party", party_id, now, active=active)
