"""The acts of outreach and who may do them. What somebody is to the dispatch is looked at again in the act."""

from __future__ import annotations

from tesa.accounts.rules.roles import Role

_DESK = frozenset({Role.PSYCHOLOGIST, Role.COORDINATOR})
_FIELD = frozenset({Role.OUTREACH, Role.COORDINATOR})
_ALL = _DESK | _FIELD

ACTS: dict[str, frozenset[Role]] = {
    "dispatch.board": _ALL,  # those that concern her
    "dispatch.read": _ALL,  # a dispatch that concerns her; the sealed texts after acknowledging
    "dispatch.request": _DESK,  # ask for one, amend her own
    "dispatch.answer": _FIELD,  # say yes or no to an offer made to her
    "dispatch.move": _ALL,  # the steps that are hers to say
    "dispatch.progress": _DESK,  # how far it is, on the contact's or the case's page
}
