"""What intake sends: how each item is composed from its row when it is sent, and what is written down at the end."""

from tesa.intake.outbox_kinds import caller, messages, ringing

KINDS = (*ringing.KINDS, *caller.KINDS, *messages.KINDS)

__all__ = ["KINDS"]
