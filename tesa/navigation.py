"""What the signed-in person finds in the navigation: her rooms, and how much waits in them."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request, url_for
from flask_babel import lazy_gettext as _l

from tesa.accounts.permissions import allowed
from tesa.accounts.public import Principal
from tesa.web.shell import NavItem

ROOMS = (
    ("home.read", "intake.home", _l("Giliran saya"), "home", "m"),
    ("contact.queue", "intake.inbox", _l("Kotak"), "inbox", "k"),
    ("live.read", "live.board", _l("Langsung"), "activity", "l"),
    ("case.list", "cases.index", _l("Kasus"), "folder", "c"),
    ("rota.read", "psychologists.week", _l("Jadwal"), "calendar", "j"),
    ("rota.own", "psychologists.own", _l("Jadwal"), "calendar", "j"),
    ("dispatch.board", "outreach.board", _l("Penjangkauan"), "ambulance", "p"),
    ("proposal.list", "accounts.proposals", _l("Persetujuan"), "user-check", "t"),
    ("staff.list", "accounts.staff_list", _l("Staf"), "users", "s"),
    ("security.read", "accounts.security", _l("Keamanan"), "shield-lock", "a"),
    ("retention.read", "retention.index", _l("Penyimpanan"), "clock", "r"),
    ("continuity.read", "continuity.index", _l("Ketahanan"), "phone-outgoing", "h"),
    ("prompts.read", "intake.sounds", _l("Suara"), "volume", "u"),
    ("meter.read", "cases.meter", _l("Pembacaan"), "eye", "b"),
)
CONTACTS = "/kontak/"  # the pages of single contacts belong to the inbox


def navigation(principal: Principal) -> list[NavItem]:
    """The rooms this person may enter, in the order of a working day."""
    open_to_her: dict[str, tuple[str, str, str]] = {}  # by key: whoever sees the whole rota finds her own shifts there
    for act, endpoint, label, icon, key in ROOMS:
        if allowed(principal, act) and key not in open_to_her:
            open_to_her[key] = (str(label), url_for(endpoint), icon)
    here = _here(url for _, url, _ in open_to_her.values())
    return [NavItem(label, url, icon, key, active=url == here) for key, (label, url, icon) in open_to_her.items()]


def _here(urls: Iterable[str]) -> str | None:
    """The room in which the present page lies: the longest address that its own begins with."""
    path = request.path.replace(CONTACTS, url_for("intake.inbox") + "/", 1)
    around = [url for url in urls if path == url or (url != "/" and path.startswith(f"{url}/"))]
    return max(around, key=len, default=None)
