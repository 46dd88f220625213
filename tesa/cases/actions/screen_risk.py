"""A person judges how much danger there is."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.audit import record
from tesa.accounts.rules.policy import Actor
from tesa.cases.actions.log_event import log_event
from tesa.cases.actions.write_note import add_note, check_text
from tesa.cases.queries import case_for
from tesa.cases.rules.lifecycle import Step, after
from tesa.cases.rules.risk import Risk, lowers, rank
from tesa.core.db import new_id
from tesa.core.errors import RuleBroken


def screen_risk(case_id: uuid.UUID, risk: str, reason: str, by: Actor, now: datetime) -> None:
    """Judge the case's risk. Raising is always allowed; lowering needs the owner and a reason.

    `reason` becomes a sealed note. Raises NotFound, NotAllowed, or RuleBroken when the case is closed, `risk` is no
    level or the reason is missing.
    """
    case = case_for(case_id, by, "case.screen", now, lock=True)
    if risk not in list(Risk):
        raise RuleBroken(_("Pilih tingkat risiko dari daftar."))
    lowered = lowers(case.risk, risk)
    if lowered:
        case_for(case_id, by, "case.lower", now)
        if not reason.strip():
            raise RuleBroken(_("Menurunkan risiko perlu alasan."))
    status = after(case.status, Step.SCREEN)
    if status is None:
        raise RuleBroken(_("Kasus ini sudah ditutup. Buka kembali lebih dahulu."))
    if reason.strip():
        check_text(reason)
        add_note(case, new_id(), "risk", reason.strip(), by.id, now)
    raised = rank(risk) > rank(case.risk)
    case.status, case.risk = status, Risk(risk)
    log_event(case, "risk_lowered" if lowered else "risk_raised" if raised else "risk_kept", now, by.id, detail=risk)
    record(by.id, "case.risk", "case", case.id, now, case_id=case.id, risk=risk, lowered=lowered)
