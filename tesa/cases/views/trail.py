"""Pages of the trail that belong to cases: who did and opened what of one case, and who opened very much."""

from __future__ import annotations

import uuid

from tesa.accounts import act_words
from tesa.accounts.act_words import addresses, before_asked
from tesa.accounts.audit.reading import lines_of_case, tripped_thresholds
from tesa.accounts.permissions import require
from tesa.accounts.public import emails, principal
from tesa.accounts.rules.meter import ALERT, BLOCK, STEP_UP
from tesa.cases.queries import case_for, numbers_of_cases
from tesa.cases.views.blueprint import blueprint
from tesa.core import clock
from tesa.web.fragments import render


@blueprint.get("/kasus/<uuid:case_id>/jejak")
@require("trail.case")
def trail(case_id: uuid.UUID) -> str:
    """All that was done and opened of a case, newest first; for its owner and coordinators."""
    case = case_for(case_id, principal(), "trail.case", clock.now())
    lines, more = lines_of_case(case_id, before_asked())
    return render(
        "cases/trail.html",
        case_id=case_id,
        number=case.number,
        lines=lines,
        more=more,
        words=act_words,
        address=addresses(lines),
        first=before_asked() is None,
    )


@blueprint.get("/keamanan/pembacaan")
@require("meter.read")
def meter() -> str:
    """Who reached which threshold of the meter when, how much it was, and about which cases."""
    rows, more = tripped_thresholds(before_asked())
    return render(
        "cases/meter.html",
        rows=rows,
        more=more,
        first=before_asked() is None,
        address=emails(row.account_id for row in rows),
        numbers=numbers_of_cases({case_id for row in rows for case_id in row.cases}),
        limits=(ALERT, STEP_UP, BLOCK),
    )
