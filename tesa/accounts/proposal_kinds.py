"""The acts on accounts that take two persons: a clinical role, and a new way in for somebody who has one already."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from flask_babel import gettext as _

from tesa.accounts.actions.give_clinical_role import give_clinical_role
from tesa.accounts.actions.renew_link import ENROLMENT
from tesa.accounts.public import emails
from tesa.accounts.rules.roles import Role
from tesa.accounts.two_person import Proposal, ProposalKind

CLINICAL_ROLE = "account.clinical_role"
LINK_WITHIN = timedelta(hours=24)
"""How long an administrator may make the link that a coordinator has approved."""


def roles_in(proposal: Proposal) -> frozenset[Role]:
    """The roles that the proposal asks for."""
    return frozenset(Role(code) for code in str(proposal.params["roles"]).split(";"))


def _give_role(proposal: Proposal, approver: uuid.UUID, now: datetime) -> None:
    give_clinical_role(proposal.object_id, roles_in(proposal), approver, now)


def _address(proposal: Proposal) -> str:
    return emails([proposal.object_id]).get(proposal.object_id, "")


def _describe_role(proposal: Proposal) -> str:
    words = {Role.PSYCHOLOGIST: _("Psikolog"), Role.COORDINATOR: _("Koordinator")}
    roles = ", ".join(words[role] for role in sorted(roles_in(proposal)))
    return _("Peran klinis untuk %(address)s: %(roles)s", address=_address(proposal), roles=roles)


def _describe_enrolment(proposal: Proposal) -> str:
    return _("Tautan masuk baru untuk %(address)s", address=_address(proposal))


def _subject(proposal: Proposal) -> tuple[uuid.UUID]:
    return (proposal.object_id,)


KINDS = (
    ProposalKind(
        CLINICAL_ROLE,
        act=CLINICAL_ROLE,
        approve_act="account.clinical_role.approve",
        carry_out=_give_role,
        describe=_describe_role,
        barred=_subject,
    ),
    ProposalKind(
        ENROLMENT,
        act=ENROLMENT,
        approve_act="account.enrolment.approve",
        carry_out=None,
        describe=_describe_enrolment,
        permit_for=LINK_WITHIN,
        barred=_subject,
    ),
)
