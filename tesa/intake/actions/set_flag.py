"""A person puts a flag on a number, always with an end."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.cases.public import high_risk_case
from tesa.core.db import db, new_id
from tesa.core.errors import RuleBroken
from tesa.core.vault import vault
from tesa.intake import sealing
from tesa.intake.flag_models import NumberFlag
from tesa.intake.flags import flags_on
from tesa.intake.rules.nuisance import EndFlaw, FlagKind, FlagReason, end_flaw


def set_flag(
    number: str | None, kind: str, reason: str, until: datetime, contact_id: uuid.UUID, by: uuid.UUID, now: datetime
) -> uuid.UUID:
    """Flag `number` (E.164) from `now` until `until`; gives the flag's id. An older flag of that number ends.

    Raises RuleBroken for a withheld number, an end that is past or further off than 90 days, and a block of a number
    that belongs to an open case of high risk.
    """
    if number is None:
        raise RuleBroken(_("Nomornya tidak tampak, jadi tidak dapat ditandai."))
    if kind not in set(FlagKind) - {FlagKind.SUGGESTED} or reason not in set(FlagReason):
        raise RuleBroken(_("Pilih penanda dan alasannya dari daftar."))
    check_end(until, now)
    if kind == FlagKind.BLOCKED:
        check_may_block(number)
    for older in flags_on(number, now):
        older.lifted_at, older.lifted_by = now, by
    flag = NumberFlag(
        id=new_id(), kind=kind, reason=reason, contact_id=contact_id, set_by=by, since=now, until=until,
        number_index=vault.blind_index("number", number),
    )  # fmt: skip
    flag.number_sealed = sealing.seal_flagged(flag.id, number)
    db.session.add(flag)
    record(by, "flag.set", "number_flag", flag.id, now, what=kind, why=reason)
    return flag.id


def check_end(until: datetime, now: datetime) -> None:
    """Raises RuleBroken when a flag may not end then."""
    flaw = end_flaw(until, now)
    if flaw == EndFlaw.NOT_AHEAD:
        raise RuleBroken(_("Tanggal berakhirnya sudah lewat."))
    if flaw == EndFlaw.TOO_FAR:
        raise RuleBroken(_("Penanda berlaku paling lama 90 hari."))


def check_may_block(number: str) -> None:
    """Raises RuleBroken when somebody in danger uses this number."""
    if high_risk_case(number) is not None:
        raise RuleBroken(_("Nomor ini tidak dapat diblokir: ada kasus berisiko tinggi yang masih terbuka."))
