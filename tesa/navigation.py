"""What the signed-in person finds in the navigation: her rooms, and how much waits in them."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from tesa.accounts.permissions import allowed
from tesa.accounts.public import Principal
from tesa.web.shell import NavItem

ROOMS = (
    ("home.read", "intake.home", _l("Giliran saya"), "home", "m"),
    ("contact.queue", "intake.inbox", _l("Kotak"), "inbox", "k"),
    ("case.list", "cases.index", _l("Kasus"), "folder", "c"),
    ("rota.read", "psychologists.week", _l("Jadwal"), "calendar", "j"),
    ("rota.own", "psychologists.own", _l("Jadwal"), "calendar", "j"),
    ("dispatch.board", "outreach.board", _l("Penjangkauan"), "ambulance", "p"),
    ("proposal.list", "accounts.proposals", _l("Persetujuan"), "user-check", "t"),
    ("staff.list", "accounts.staff_list", _l("Staf"), "users", "s"),
    ("security.read", "accounts.security", _l("Keamanan"), "shield-lock", "a"),
    ("retention.read", "retention.index", _l("Penyimpanan"), "clock", "r"),
    ("meter.read", "cases.meter", _l("Pembacaan"), "eye", "b"),
)
ONE_PAGE = frozenset({"accounts.proposals", "intake.home", "accounts.security", "cases.meter"})


def navigation(principal: Principal) -> list[NavItem]:
    """The rooms this person may enter, in the order of a working day."""
    here = (request.endpoint or "").split(".")[0]
    rooms: dict[str, NavItem] = {}  # by key: whoever sees the whole rota finds her own shifts there
    for act, endpoint, label, icon, key in ROOMS:
        if allowed(principal, act) and key not in rooms:
            rooms[key] = NavItem(str(label), url_for(endpoint), icon, key, active=_active(endpoint, here))
    return list(rooms.values())


def _active(endpoint: str, here: str) -> bool:
    """Is she in this room? Some rooms are one page of a slice that has another room for all its other pages."""
    if endpoint in ONE_PAGE or request.endpoint in ONE_PAGE:
        return request.endpoint == endpoint
    return endpoint.split(".", maxsplit=1)[0] == here
