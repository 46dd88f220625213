"""What intake sends: how each item is composed from its row when it is sent, and what is written down at the end."""

from tesa.intake.outbox_kinds import back, caller, files, messages, promises, ringing, silent, talk

KINDS = (
    *ringing.KINDS,
    *back.KINDS,
    *caller.KINDS,
    *messages.KINDS,
    *files.KINDS,
    *promises.KINDS,
    *talk.KINDS,
    *silent.KINDS,
)

__all__ = ["KINDS"]
