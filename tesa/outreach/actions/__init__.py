"""The acts of outreach: one file, one act."""

from tesa.outreach.actions.raise_dispatch import raise_dispatch
from tesa.outreach.actions.take_keyword import take_keyword

__all__ = ["raise_dispatch", "take_keyword"]
