"""The acts of intake and who may do them. The relation to the object (own, offered, unassigned) is checked in the act."""

from __future__ import annotations

from tesa.accounts.rules.roles import Role

_LINE = frozenset({Role.PSYCHOLOGIST, Role.COORDINATOR})

ACTS: dict[str, frozenset[Role]] = {
    "home.read": frozenset(Role),
    "contact.queue": _LINE,
    "contact.read": _LINE,
    "contact.take": _LINE,
    "contact.reply": _LINE,
    "contact.emergency": _LINE,
    "contact.finalize": _LINE,
    "contact.case": frozenset({Role.PSYCHOLOGIST}),
    "call_back.close": _LINE,
    "emergency_words.edit": frozenset({Role.ADMINISTRATOR}),
}
