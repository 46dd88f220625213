"""The live page and the rehearsal beside a line at work: what they say is what is."""

from __future__ import annotations

import json
import re
from datetime import timedelta

from click.testing import CliRunner
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from tesa.accounts.models import AuditEntry
from tesa.core.db import db
from tesa.live.cli import rota_group
from tests.stories.line import Hotline
from tests.support.client import OutsideClient
from tests.support.people import make_staff, signed_in

NUMBER = "+6281290000777"


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def send(screen: OutsideClient, form: dict[str, str]) -> TestResponse:
    return screen.post("/langsung/uji", data={"csrf_token": screen.csrf_token(), "language": "", **form})


def coordinator(hotline: Hotline) -> OutsideClient:
    return signed_in(hotline.app.test_client(), make_staff("coordinator"))


def test_the_live_page(hotline: Hotline) -> None:
    first, second = hotline.psychologist(), hotline.psychologist()
    screen = coordinator(hotline)
    assert "belum ada data" in text_of(screen.get("/langsung").text)
    answered = hotline.calls(NUMBER)
    hotline.pass_seconds(4)
    hotline.answers(first if hotline.rings(first.number) else second, answered)
    waiting = hotline.calls("+6281290000778")
    hotline.pass_seconds(25)
    page = screen.get("/langsung").text
    shown = text_of(page)
    assert "Menunggu di telepon 1" in shown
    assert "Percakapan berlangsung 1" in shown
    assert "Dijawab dalam 15 detik 50% 1/2" in shown, "whoever still waits has not been answered in 15 s"
    assert first.email in shown
    assert second.email in shown
    assert "sedang dihubungi" in shown or "tidak menjawab" in shown
    assert NUMBER[-7:] not in page
    assert f"/kontak/{waiting.contact_id}" in page
    assert f"waiting-{waiting.contact_id}" not in page
    hotline.pass_seconds(40)
    assert f"waiting-{waiting.contact_id}" in screen.get("/langsung").text, "a breach has a name of its own"
    hotline.hangs_up(waiting)
    shown = text_of(screen.get("/langsung?layar=besar").text)
    assert "Janji telepon kembali 1" in shown
    assert "Menutup telepon 1 /2" in shown
    for client in (
        signed_in(hotline.app.test_client(), make_staff(role)) for role in ("psychologist", "administrator")
    ):
        assert client.get("/langsung").status_code == 404


def test_the_page_asks_as_much_for_twenty_as_for_none(hotline: Hotline) -> None:
    """The page is asked for every two seconds: the number of statements must not grow with those who wait."""
    hotline.psychologist()
    screen = coordinator(hotline)

    def statements() -> int:
        seen: list[str] = []
        listener = lambda *args: seen.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        screen.get("/langsung", headers={"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#papan"})
        event.remove(db.engine, "before_cursor_execute", listener)
        return len(seen)

    for number in range(2):
        hotline.calls(f"+62812900001{number:02d}")
    hotline.pass_seconds(10)
    few = statements()
    for number in range(18):
        hotline.calls(f"+62812900002{number:02d}")
    hotline.pass_seconds(10)
    assert statements() <= few


def test_the_rehearsal_says_what_the_ladder_then_does(hotline: Hotline) -> None:
    people = {p.email: p for p in [hotline.psychologist(), hotline.psychologist(), hotline.psychologist(tier=2)]}
    run = CliRunner().invoke(
        rota_group, ["who", "--number", NUMBER, "--json"], obj={"application": lambda: hotline.app}
    )
    assert run.exit_code == 0, run.output
    said = json.loads(run.output)
    assert said["assumed_free"] is False
    hotline.calls(NUMBER)
    hotline.pass_seconds(20)
    rung = [rung["email"] for step in said["steps"] if step["seconds"] <= 20 for rung in step["rung"]]
    assert [people[email].number for email in rung] == hotline.gateway.rung
    asked = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "live.rehearse")).one()
    assert NUMBER[-8:] not in str(vars(asked)), "the number stands on no record"


def test_the_rehearsal_page(hotline: Hotline) -> None:
    early, late = hotline.psychologist(hours=(-2, 3)), hotline.psychologist(hours=(3, 12))
    screen = coordinator(hotline)
    now = text_of(send(screen, {"number": NUMBER}).text)
    assert f"{early.email} : baris pertama" in now
    assert f"{late.email} : tidak bertugas waktu itu" in now
    wall = (hotline.clock.now() + timedelta(hours=5 + 7)).strftime("%Y-%m-%dT%H:%M")
    then = text_of(send(screen, {"number": NUMBER, "at": wall, "critical": "y"}).text)
    assert f"{late.email} : baris pertama" in then
    assert "dianggap bebas" in then
    assert "gawat" in then
    gap = (hotline.clock.now() + timedelta(hours=20 + 7)).strftime("%Y-%m-%dT%H:%M")
    assert "Celah: tidak ada psikolog" in text_of(send(screen, {"at": gap}).text)
    assert send(screen, {"number": "bukan nomor"}).status_code == 422
    past = (hotline.clock.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    assert send(screen, {"at": past}).status_code == 422


def test_a_coordinator_ends_a_duty_from_the_live_page(hotline: Hotline) -> None:
    person, screen = hotline.psychologist(), coordinator(hotline)
    page = screen.get("/langsung").text
    ends = re.search(rf'action="([^"]*{person.id}[^"]*)"', page)
    assert ends is not None
    answer = screen.submit(ends[1], reason="unwell", next="/langsung")
    assert (answer.status_code, answer.location) == (303, "/langsung")
    assert "Sudah selesai" in text_of(screen.get("/langsung").text)
    hotline.calls(NUMBER)
    hotline.pass_seconds(10)
    assert hotline.rings(person.number) == 0
