"""What needs two people: destroying a case by hand, and changing for how long things are kept.

A rule that is shortened destroys the next night, and nothing brings that back; so it asks for as much as shredding does.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.two_person import Proposal, ProposalKind
from tesa.cases.endings import numbers_of_cases
from tesa.retention.actions.change_rule import change_rule
from tesa.retention.actions.shred_case import shred_case
from tesa.retention.labels import thing_label
from tesa.retention.rules.keeping import Thing

SHRED, CHANGE = "case.shred", "retention.change"
_RULES = uuid.UUID("8f0d1c7e-6b0b-4f6e-9a35-3f4d7d6a1c52")  # names each rule, so that only one change of it is open


def rule_id(thing: Thing) -> uuid.UUID:
    """The id under which a change of this rule is proposed."""
    return uuid.uuid5(_RULES, thing)


def _shred(proposal: Proposal, approver: uuid.UUID, now: datetime) -> None:
    shred_case(proposal.object_id, proposal.proposed_by, approver, now)


def _change(proposal: Proposal, approver: uuid.UUID, now: datetime) -> None:
    change_rule(str(proposal.params["thing"]), int(proposal.params["days"]), proposal.proposed_by, approver, now)


def _of_shredding(proposal: Proposal) -> str:
    number = numbers_of_cases([proposal.object_id]).get(proposal.object_id, "")
    return _("Hapus isi kasus %(number)s untuk selamanya", number=number)


def _of_change(proposal: Proposal) -> str:
    thing = thing_label(Thing(str(proposal.params["thing"])))
    return _("Simpan %(thing)s selama %(days)s hari", thing=thing, days=proposal.params["days"])


KINDS = (
    ProposalKind(SHRED, "case.shred", "case.shred.approve", _shred, _of_shredding),
    ProposalKind(CHANGE, "retention.change", "retention.approve", _change, _of_change),
)
