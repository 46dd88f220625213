"""The doors of the practice line: credentials, bad input, strangers' pages, the page itself, the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import requests
from click.testing import CliRunner
from twilio.base.exceptions import TwilioRestException

from tesa.telephony.practice import PracticePhone
from tesa.telephony.practice.cli import simulate_group
from tesa.telephony.practice.client import PracticeClient, PracticeRefused

if TYPE_CHECKING:
    from tests.telephony.practice.conftest import Stage


@pytest.mark.parametrize(("name", "word"), [("", ""), ("AC" + "1" * 32, "wrong"), ("AC" + "2" * 32, "token")])
def test_rest_without_the_right_credentials_is_refused_as_twilio_does(stage: Stage, name: str, word: str) -> None:
    url = f"{stage.line_url}/2010-04-01/Accounts/{stage.ACCOUNT}/Calls.json"
    answer = requests.post(url, data={"To": stage.FIRST}, auth=(name, word), timeout=5)
    assert answer.status_code == 401
    assert answer.json()["code"] == 20003


def test_another_account_is_not_found(stage: Stage) -> None:
    url = f"{stage.line_url}/2010-04-01/Accounts/AC{'2' * 32}/Calls.json"
    assert requests.get(url, auth=(stage.ACCOUNT, stage.TOKEN), timeout=5).status_code == 404
    with pytest.raises(TwilioRestException) as refused:
        stage.twilio.applications("AP" + "0" * 32).fetch()
    assert refused.value.code == 20404
    assert stage.twilio.api.accounts(stage.ACCOUNT).fetch().status == "active"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": ""}, 21201),
        ({"to": "08123"}, 21211),
        ({"from_": "+6281111111"}, 21210),
        ({"url": "ftp://x"}, 21205),
    ],
)
def test_calls_that_twilio_refuses(stage: Stage, changes: dict[str, str], code: int) -> None:
    wish = {"to": stage.FIRST, "from_": stage.HOTLINE, "url": f"{stage.tesa.url}/offer"} | changes
    with pytest.raises(TwilioRestException) as refused:
        stage.twilio.calls.create(**wish)
    assert (refused.value.status, refused.value.code) == (400, code)


def test_unknown_resources_are_not_found(stage: Stage) -> None:
    asks = (
        stage.twilio.calls("CA" + "0" * 32).fetch,
        stage.twilio.queues("QU" + "0" * 32).fetch,
        stage.twilio.conferences("CF" + "0" * 32).fetch,
        stage.twilio.messages("SM" + "0" * 32).fetch,
        stage.twilio.recordings("RE" + "0" * 32).fetch,
    )
    for ask in asks:
        with pytest.raises(TwilioRestException) as refused:
            ask()
        assert refused.value.code == 20404


@pytest.mark.parametrize(
    "headers",
    [{}, {"X-Practice": "1", "Origin": "https://jahat.example"}, {"X-Practice": "1", "Host": "jahat.example"}],
)
@pytest.mark.parametrize("path", ["state", "log", "call"])
def test_controls_refuse_other_sites(stage: Stage, headers: dict[str, str], path: str) -> None:
    method = "POST" if path == "call" else "GET"
    body = {"from": stage.CALLER} if path == "call" else None
    answer = requests.request(method, f"{stage.line_url}/control/{path}", headers=headers, json=body, timeout=5)
    assert answer.status_code == 403
    assert stage.people.phone_state(stage.CALLER)["call"] is None


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("call", []),
        ("call", {}),
        ("call", {"from": "x" * 41}),
        ("call", {"from": "a/b"}),
        ("call", {"from": "+62", "keys": "abc"}),
        ("call", {"from": "+62", "patience": "long"}),
        ("call", {"from": "+62", "patience": True}),
        ("message", {"from": "+62", "body": ""}),
        ("message", {"from": "+62", "channel": "fax", "body": "x"}),
        ("message", {"from": "+62", "channel": "sms", "location": {"latitude": 1, "longitude": 1}}),
        ("message", {"from": "+62", "channel": "whatsapp", "location": {"latitude": 91, "longitude": 1}}),
        ("message", {"from": "+62", "channel": "whatsapp", "media": {"content_type": "image/png", "data": "%"}}),
        ("phones/+6281300000001/habit", {"habit": "dance"}),
        ("phones/+6281300000001/pick-up", {}),
        ("phones/+1/pick-up", {}),
        ("press", {"call": "CA1", "keys": "1"}),
    ],
)
def test_unfit_controls_are_answered_with_a_sentence(stage: Stage, path: str, body: object) -> None:
    url = f"{stage.line_url}/control/{path}"
    answer = requests.post(url, headers={"X-Practice": "1"}, data=json.dumps(body), timeout=5)
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]


def test_a_phone_cannot_be_in_two_calls(stage: Stage) -> None:
    stage.tesa.documents["/twilio/voice"] = "<Say>Halo</Say><Pause length='500'/>"
    stage.people.call(stage.CALLER)
    with pytest.raises(PracticeRefused) as refused:
        stage.people.call(stage.CALLER)
    assert refused.value.status == 409


def test_the_line_forgets_old_calls_and_refuses_too_many(stage: Stage) -> None:
    stage.tesa.documents["/twilio/voice"] = "<Say>Halo</Say><Pause length='5000'/>"
    calls = [stage.people.call(f"+62857000000{number:02}") for number in range(60)]
    with pytest.raises(PracticeRefused) as refused:
        stage.people.call(stage.CALLER)
    assert refused.value.status == 429
    for call in calls:
        stage.people.hang_up(call)
    for call in calls:
        assert stage.people.wait(call)["status"] in ("completed", "canceled")


def test_the_page_is_strict_and_knows_the_codes(stage: Stage) -> None:
    page = requests.get(stage.line_url, timeout=5)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for word in ("Penelepon", "Callers", "Telepon petugas", "Staff phones"):
        assert word in page.text
    for forbidden in ("<style", "onclick", "style=", "<script>"):
        assert forbidden not in page.text
    assert requests.get(stage.line_url, headers={"Host": "jahat.example"}, timeout=5).status_code == 403
    phone = stage.people.phone_state(stage.FIRST)
    assert len(phone["code"]) == 6
    assert 0 < phone["code_seconds"] <= 30
    assert "JBSWY3DP" not in json.dumps(stage.people.state())


def test_a_secret_that_gives_no_codes_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="Secrets"):
        PracticePhone("+6281300000001", "Psikolog 1", totp_secret="AAAA")


def test_simulate_a_call_and_a_message_from_the_shell(stage: Stage) -> None:
    stage.tesa.documents["/twilio/voice"] = "<Gather action='/key' numDigits='1'><Say>Selamat datang</Say></Gather>"
    shell = CliRunner()
    at = ["--at", stage.line_url, "--from", stage.CALLER]
    called = shell.invoke(simulate_group, ["call", *at, "--keys", "0"])
    assert called.exit_code == 0
    assert "Selamat datang" in called.output
    assert stage.tesa.one("/key")["Digits"] == "0"
    wrote = shell.invoke(simulate_group, ["message", *at, "--json", "Tolong"])
    assert json.loads(wrote.output)["sid"].startswith("SM")
    assert stage.tesa.one("/twilio/message")["Body"] == "Tolong"
    nobody = shell.invoke(simulate_group, ["call", "--at", "http://127.0.0.1:9", "--from", stage.CALLER])
    assert nobody.exit_code == 1


def test_a_client_without_a_line_says_so() -> None:
    with pytest.raises(PracticeRefused) as refused:
        PracticeClient("http://127.0.0.1:9").state()
    assert refused.value.status == 0
