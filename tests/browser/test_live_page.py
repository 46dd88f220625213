"""The live page follows the line without being loaded again, on a desk and on the wall, and sounds only when asked to."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.browser.conftest import Live, NewPage
from tests.support.people import make_shift, make_staff

pytestmark = pytest.mark.once


def test_the_page_follows_the_line(app: Flask, live: Live, new_page: NewPage) -> None:
    make_shift(make_staff("psychologist").id)
    coordinator = make_staff("coordinator")
    desk, wall = new_page("desktop"), new_page("desktop")
    wall.set_viewport_size({"width": 1920, "height": 1080})
    for page, path in ((desk, "/langsung"), (wall, "/langsung?layar=besar")):
        live.sign_in(page, coordinator)
        page.goto(path)
        page.get_by_text("Tidak ada yang menunggu.").wait_for()
    sound = desk.get_by_role("button", name="Bunyi bila ada yang terlambat")
    assert sound.get_attribute("aria-pressed") == "false"
    sound.click()
    live.twilio.voice("+6281290000001")
    for page in (desk, wall):
        page.get_by_text("Penelepon 1").wait_for()
        page.get_by_text("sedang dihubungi").wait_for()
        assert "0000001" not in page.content()
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert sound.get_attribute("aria-pressed") == "true", "a refresh does not switch it off"
    assert wall.get_by_role("navigation").count() == 0
    assert wall.evaluate("document.documentElement.dataset.bsTheme") == "dark"
