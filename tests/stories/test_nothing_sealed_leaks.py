"""Random cases lived through as in life; then nothing that leaves the house holds a value of any sealed column.

What was sealed is read back from the list of sealed columns itself, so a column that is added later is looked for too.
"""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select

from tesa.accounts.models import AuditEntry
from tesa.core.db import db
from tesa.core.logs import JsonLines
from tesa.core.vault import Shredded, sealed_columns, vault
from tesa.intake.jobs import advance_contacts
from tesa.intake.models import Contact, Message
from tesa.outreach.jobs import advance_dispatches
from tesa.status import status_now
from tesa.telephony.gateway import SendMessage
from tesa.telephony.outbox import outbox
from tests.support.client import OutsideClient
from tests.support.fake_gateway import FakeGateway
from tests.support.moved_clock import MovedClock
from tests.support.people import make_shift, make_staff, signed_in
from tests.support.settings import make_settings
from tests.support.twilio import Twilio, new_sid

SHORTEST = 6  # characters; a shorter value ("", "id") would be found everywhere by chance
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
# Made by the house itself, or lent to a form's field as a code: no word of a caller.
OURS = ("Terima kasih, pesan Anda sudah kami terima", "image/jpeg")
FIELDS = (
    "message", "place", "address", "media", "odd", "name", "alias", "hours", "code", "note", "draft", "why",
    "remark", "where", "known", "safety", "recording", "reason", "reply",
)  # fmt: skip
LETTERS = st.text("abcdefghjkmnpqrstuvwxyz", min_size=4, max_size=20)
LIVES = st.fixed_dictionaries({name: LETTERS.map(f"zq{name}{{}}".format) for name in FIELDS}).flatmap(
    lambda words: st.builds(
        lambda n: words | {"number": f"+62812{n}", "other": f"+62813{n}"}, st.integers(10_000_000, 99_999_999)
    )
)


@dataclass
class Ears:
    """Everything that left the house."""

    twiml: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def page(self, response: Any) -> Any:
        """Note address, redirect and title of a page; all of it when it is an error."""
        self.addresses += [response.request.url, response.headers.get("Location", ""), str(response.headers)]
        self.titles += TITLE.findall(response.text)
        if response.status_code in {400, 403, 404, 405, 415, 500, 503}:
            self.errors.append(response.text)
        return response

    def to_twilio(self, response: Any) -> Any:
        """Note a TwiML answer, without the numbers that Twilio has to ring."""
        assert response.status_code in {200, 204}, response.status_code
        self.twiml.append(re.sub(r"<Number[^>]*>[^<]*</Number>", "<Number/>", response.text))
        return response


def tick(clock: MovedClock) -> None:
    advance_contacts(clock.advance(1))
    advance_dispatches(clock.now())
    outbox().deliver_due(clock.now())
    db.session.rollback()


def written(life: dict[str, str], twilio: Twilio, mine: OutsideClient, clock: MovedClock, ears: Ears) -> uuid.UUID:
    """She writes; a psychologist answers, opens a case, keeps it, asks for outreach."""
    more = {"Label": life["place"], "Address": life["address"], "Latitude": "-6.2349", "Longitude": "106.9896"}
    media = {"MediaUrl0": f"https://api.twilio.com/{life['media']}", "MediaContentType0": "image/jpeg", "NumMedia": "1"}
    ears.to_twilio(twilio.message(f"tolong {life['message']}", life["number"], **more, **media))
    ears.to_twilio(twilio.post("/twilio/message", MessageSid="SMx", From=life["number"], Body=life["odd"]))
    tick(clock)
    contact_id = db.session.scalars(select(Contact.id).order_by(Contact.opened_at.desc())).first()
    page = f"/kontak/{contact_id}"
    for path, fields in (
        (f"{page}/ambil", {}),
        (f"{page}/balas", {"text": life["reply"]}),
        (f"{page}/kasus", {"name": life["name"]}),
        (
            f"/penjangkauan/minta?kontak={contact_id}",
            {
                "priority": "P1",
                "place": life["where"],
                "known": life["known"],
                "safety": life["safety"],
                "revision": "1",
            },
        ),
    ):
        ears.page(mine.submit(path, **fields))
    db.session.rollback()
    case_id = db.session.get_one(Contact, contact_id).case_id
    case = f"/kasus/{case_id}"
    for path, fields in (
        (f"{case}/orang", {"name": life["name"], "alias": life["alias"], "gender": "P", "birth_year": "1999"}),
        (
            f"{case}/kontak-aman",
            {"to_call": "yes", "to_message": "yes", "hours": life["hours"], "code_word": life["code"]},
        ),
        (f"{case}/catatan", {"text": life["note"], "window": str(uuid.uuid4())}),
        (f"{case}/draf/{uuid.uuid4()}", {"text": life["draft"], "revision": "0"}),
        (f"{case}/risiko", {"risk": "high", "why": life["why"]}),
    ):
        ears.page(mine.submit(path, **fields))
    for path in (page, case, f"{case}/catatan", "/", "/kotak", "/kasus", "/penjangkauan", "/jadwal"):
        ears.page(mine.get(path))
    ears.page(mine.submit("/kasus/cari", text=life["number"]))
    ears.page(mine.submit(f"{case}/tutup", reason="goals_met", remark=life["remark"]))
    assert case_id is not None
    return case_id


def called(life: dict[str, str], twilio: Twilio, mine: OutsideClient, clock: MovedClock, ears: Ears) -> uuid.UUID:
    """She calls, leaves a message, is called back, and the promise is closed."""
    call = ears.to_twilio(twilio.voice(life["other"]))
    contact_id = db.session.scalars(select(Contact.id).order_by(Contact.opened_at.desc())).first()
    of_call = f"/twilio/voice/{contact_id}"
    recording = f"https://api.twilio.com/{life['recording']}"
    for what, fields in (("wait", {}), ("key", {"Digits": "2"}), ("safe", {"Digits": "1"})):
        ears.to_twilio(twilio.voice(life["other"], call.call_sid, f"{of_call}/{what}", **fields))
    tick(clock)
    ears.to_twilio(
        twilio.voice(
            life["other"], call.call_sid, f"{of_call}/recorded", RecordingUrl=recording, RecordingSid=new_sid("RE")
        )
    )
    ears.to_twilio(twilio.voice(life["other"], path="/twilio/voice/fallback", ErrorCode="11200"))
    ears.page(mine.submit(f"/kontak/{contact_id}/telepon"))
    tick(clock)
    ears.page(mine.submit(f"/kontak/{contact_id}/telepon-kembali", outcome="reached", reason=life["reason"]))
    ears.page(mine.get(f"/kontak/{contact_id}"))
    assert contact_id is not None
    return contact_id


def leaves(value: Any) -> Iterator[str]:
    """The texts inside a sealed JSON value."""
    if isinstance(value, dict):
        for each in value.values():
            yield from leaves(each)
    elif isinstance(value, list):
        for each in value:
            yield from leaves(each)
    elif value is not None:
        yield str(value)


def opened(text: str) -> Iterator[str]:
    try:
        parsed = json.loads(text)
    except ValueError:
        yield text
        return
    yield from (leaves(parsed) if isinstance(parsed, dict) else [text])


def sealed_values() -> dict[str, set[str]]:
    """Every value that lies sealed in the database now, by column."""
    found: dict[str, set[str]] = {}
    for column in sealed_columns():
        values = found.setdefault(column.name, set())
        for row in db.session.scalars(select(column.model)):
            blob = getattr(row, column.column)
            if blob is None or (isinstance(row, Message) and row.direction == "auto"):
                continue
            try:
                text = vault.unseal(column.field(row), blob) or ""
            except (Shredded, UnicodeDecodeError):
                continue
            values |= {v for v in opened(text) if len(v) >= SHORTEST and not v.startswith(OURS)}
    return found


COVERED = {
    "contact.caller_sealed", "message.body_sealed", "message.extras_sealed", "sealed_file.reference_sealed",
    "call_back_task.reason_sealed", "oddity.form_sealed", "person.name_sealed", "person.alias_sealed",
    "person_number.number_sealed", "safe_contact_plan.hours_sealed", "safe_contact_plan.code_word_sealed",
    "note_text.body_sealed", "note_draft.body_sealed", "dispatch.place_sealed", "dispatch.known_sealed",
    "dispatch.safety_sealed", "account.name_sealed", "account.phone_sealed",
}  # fmt: skip
"""What the lives above fill; a value must have been there to be able to leak."""


def composed(gateway: FakeGateway, replies: set[str]) -> Iterator[str]:
    """What was asked of Twilio, without whom to ring, and without what a psychologist wrote to the caller herself."""
    for request in gateway.requests:
        parts = {k: v for k, v in asdict(request).items() if k != "to"}
        if isinstance(request, SendMessage) and request.body in replies:
            del parts["body"]
        yield json.dumps(parts, default=str)


def figures(app: Flask, client: OutsideClient) -> Iterator[str]:
    conf = app.extensions["tesa_settings"]
    app.extensions["tesa_settings"] = make_settings(conf.database_url, conf.key_file, metrics_token="t" * 32)
    yield client.get("/metrics", headers={"Authorization": "Bearer " + "t" * 32}).text
    yield client.get("/healthz").text
    yield client.get("/readyz").text
    app.extensions["tesa_settings"] = conf
    yield json.dumps(status_now())


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_no_value_of_a_sealed_column_leaves_the_house(
    app: Flask, twilio: Twilio, gateway: FakeGateway, clock: MovedClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    psychologist = make_staff("psychologist")
    make_shift(psychologist.id)
    worker = make_staff("outreach")
    make_shift(worker.id, line="outreach")
    stranger = signed_in(app.test_client(), make_staff("outreach"))

    @hypothesis_settings(
        max_examples=4, database=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
    )
    @given(LIVES)
    def live(life: dict[str, str]) -> None:
        ears = Ears()
        clock.advance(3600 * 5)
        mine = signed_in(app.test_client(), psychologist)
        case_id = written(life, twilio, mine, clock, ears)
        contact_id = called(life, twilio, mine, clock, ears)
        for path in (f"/kasus/{case_id}", f"/kontak/{contact_id}", f"/kasus/{case_id}/{life['name']}"):
            ears.page(stranger.get(path))
        check(life, ears)

    def check(life: dict[str, str], ears: Ears) -> None:
        sealed = sealed_values()
        assert {name for name, values in sealed.items() if values} >= COVERED
        for mark in (life[name] for name in FIELDS):
            assert any(mark in value for values in sealed.values() for value in values), mark
        texts = {
            "twiml": ears.twiml,
            "address": [a for a in ears.addresses if f"/{life['name']}" not in a],  # that one we made up ourselves
            "title": ears.titles,
            "error": ears.errors,
            "request": list(composed(gateway, {life["reply"]})),
            "log": [r.getMessage() for r in caplog.records if not r.name.startswith("hypothesis")],
            "log line": [JsonLines().format(r) for r in caplog.records],
            "audit": [f"{e.act} {e.kind} {e.details}" for e in db.session.scalars(select(AuditEntry))],
            "figures": list(figures(app, stranger)),
        }
        leaks = {
            (where, name, value)
            for where, said in texts.items()
            for name, values in sealed.items()
            for value in values
            for text in said
            if value in text
        }
        db.session.rollback()
        caplog.clear()
        gateway.forget()
        assert leaks == set()

    live()
