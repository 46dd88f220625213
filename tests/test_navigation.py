"""The room in which a page lies is marked in the navigation, and only that one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.people import make_staff, signed_in


@pytest.mark.parametrize(
    ("role", "path", "room"),
    [
        ("administrator", "/", "/"),
        ("administrator", "/staf/baru", "/staf"),
        ("administrator", "/profil", None),
        ("administrator", "/keamanan", "/keamanan"),
        ("coordinator", "/keamanan/pembacaan", "/keamanan/pembacaan"),
        ("coordinator", "/jadwal/saya", "/jadwal"),
        ("psychologist", "/kotak", "/kotak"),
    ],
)
def test_one_room_at_most_is_marked(
    app: Flask, new_client: Callable[[], FlaskClient], role: str, path: str, room: str | None
) -> None:
    page = signed_in(new_client(), make_staff(role)).get(path).text
    rail = page[page.index("<nav") : page.index("</nav>")]
    marked = set(re.findall(r'<a[^>]*href="([^"]+)"[^>]*aria-current="page"', rail))
    assert marked == ({room} if room else set())
