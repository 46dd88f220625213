"""What of intake takes two persons: turning recording on."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask_babel import gettext as _

from tesa.accounts.two_person import Proposal, ProposalKind
from tesa.intake.actions.turn_recording import turn_recording

RECORDING = "recording.change"
SWITCH = uuid.UUID("5d1c7f0e-2b8a-4c55-9f0d-6a6f3f1f5b10")
"""The id under which turning on is proposed, so that only one such proposal is open."""


def _turn_on(proposal: Proposal, approver: uuid.UUID, now: datetime) -> None:
    turn_recording(True, proposal.proposed_by, approver, now)


def _describe(_proposal: Proposal) -> str:
    return _("Nyalakan perekaman percakapan (penelepon ditanya lebih dahulu)")


KINDS = (ProposalKind(RECORDING, "recording.change", "recording.approve", _turn_on, _describe),)
