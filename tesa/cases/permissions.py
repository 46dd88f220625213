"""The acts of cases and who may do them. The relation to the case (owner, helper, coordinator) is checked in the act."""

from __future__ import annotations

from tesa.accounts.rules.roles import Role

_PSYCHOLOGISTS = frozenset({Role.PSYCHOLOGIST})
_BOTH = frozenset({Role.PSYCHOLOGIST, Role.COORDINATOR})

ACTS: dict[str, frozenset[Role]] = {
    "case.list": _BOTH,
    "case.find": _BOTH,
    "case.read": _BOTH,
    "case.screen": _BOTH,
    "case.assign": _BOTH,
    "case.close": _BOTH,
    "case.reopen": _BOTH,
    "person.describe": _PSYCHOLOGISTS,
    "person.safe_contact": _PSYCHOLOGISTS,
    "note.read": _PSYCHOLOGISTS,
    "note.write": _PSYCHOLOGISTS,
}
