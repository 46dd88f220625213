"""The acts of rota and duty, and who may do them."""

from __future__ import annotations

from tesa.accounts.rules.roles import Role

_ON_THE_ROTA = frozenset({Role.PSYCHOLOGIST, Role.COORDINATOR, Role.OUTREACH})

ACTS: dict[str, frozenset[Role]] = {
    "rota.read": frozenset({Role.PSYCHOLOGIST, Role.COORDINATOR, Role.ADMINISTRATOR}),
    "rota.write": frozenset({Role.COORDINATOR}),  # add, change, remove, import
    "rota.own": _ON_THE_ROTA,  # her own shifts
    "duty.own": _ON_THE_ROTA,  # sign on and off, pause
}
