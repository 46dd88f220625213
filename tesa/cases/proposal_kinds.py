"""The act on cases that takes two persons and gives a permit: taking a whole case out of the house."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _

from tesa.accounts.two_person import Proposal, ProposalKind
from tesa.cases.actions.export_case import EXPORT
from tesa.cases.queries import numbers_of_cases

DOWNLOAD_WITHIN = timedelta(hours=24)


def _describe(proposal: Proposal) -> str:
    number = numbers_of_cases([proposal.object_id]).get(proposal.object_id, "")
    return _("Unduh seluruh isi kasus %(number)s", number=number)


KINDS = (ProposalKind(EXPORT, EXPORT, "case.export.approve", None, _describe, permit_for=DOWNLOAD_WITHIN),)
