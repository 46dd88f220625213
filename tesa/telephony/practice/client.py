"""A client of the control interface, for `tesa simulate` and for tests."""

import json
import time
from typing import Any
from urllib.parse import quote

import urllib3

Json = dict[str, Any]
FINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
POLL_SECONDS = 0.1


class PracticeRefused(Exception):
    """The practice line refused a request, or is not there (`status` 0)."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class PracticeClient:
    """Plays people on the practice line at `base_url`, e.g. http://127.0.0.1:5001."""

    def __init__(self, base_url: str) -> None:
        self._base = base_url.rstrip("/")
        self._pool = urllib3.PoolManager(retries=False, timeout=urllib3.Timeout(connect=3.0, read=20.0))

    # -- callers

    def call(
        self,
        number: str,
        keys: str = "",
        patience: float | None = None,
        talk: float | None = None,
        withheld: bool = False,
    ) -> str:
        """Dial the hotline from `number`; gives the call's SID.

        `keys` are pressed one by one as the line asks (`w` lets one question pass), `patience` and `talk` are the seconds after
        which she hangs up: waiting, and once connected.
        """
        body = {"from": number, "keys": keys, "patience": patience, "talk": talk, "withheld": withheld}
        return str(self._post("call", body)["sid"])

    def message(
        self,
        number: str,
        body: str = "",
        channel: str = "sms",
        location: Json | None = None,
        media: str | Json | None = None,
    ) -> str:
        """Write to TeSA from `number`; gives the message's SID. `location` and `media` as in the control interface."""
        wish = {"from": number, "body": body, "channel": channel, "location": location, "media": media}
        return str(self._post("message", wish)["sid"])

    def press(self, sid: str, keys: str) -> None:
        """Press keys in a call."""
        self._post("press", {"call": sid, "keys": keys})

    def hang_up(self, sid: str) -> None:
        """Hang up a call."""
        self._post("hangup", {"call": sid})

    # -- phones

    def phone(self, number: str, act: str, **body: Any) -> Json:
        """Do something on a phone: pick-up, reject, voicemail, press (keys), hang-up, say (words), habit (habit, after)."""
        return self._post(f"phones/{quote(number, safe='')}/{act}", body)

    # -- reading

    def state(self, since: int = 0) -> Json:
        """The whole state: phones, queues, conferences, log lines from after `since`."""
        return self._ask("GET", f"state?since={since}")

    def phone_state(self, number: str) -> Json:
        """One phone of the state. Raises PracticeRefused 404."""
        for phone in self.state()["phones"]:
            if phone["number"] == number:
                return dict(phone)
        raise PracticeRefused(404, f"unknown phone {number}")

    def log(self, since: int = 0) -> Json:
        """The log and the faults that Twilio's debugger would show."""
        return self._ask("GET", f"log?since={since}")

    def call_state(self, sid: str) -> Json:
        """One call with everything heard on it."""
        return self._ask("GET", f"calls/{sid}")

    def transcript(self, sid: str) -> list[str]:
        """What was heard and done on a call, one sentence a line."""
        return [f"{line['who']}: {line['text']}" for line in self.call_state(sid)["lines"]]

    def wait(self, sid: str, timeout: float = 120.0) -> Json:
        """Wait until a call is over and give it; after `timeout` seconds give it as it stands then."""
        end = time.monotonic() + timeout
        while True:
            call = self.call_state(sid)
            if call["status"] in FINAL or time.monotonic() >= end:
                return call
            time.sleep(POLL_SECONDS)

    def _post(self, path: str, body: Json) -> Json:
        return self._ask("POST", path, json.dumps(body).encode())

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Json:
        headers = {"X-Practice": "1", "Content-Type": "application/json"}
        try:
            answer = self._pool.request(method, f"{self._base}/control/{path}", body=body, headers=headers)
        except urllib3.exceptions.HTTPError as error:
            raise PracticeRefused(0, f"no practice line at {self._base}") from error
        try:
            content = json.loads(answer.data)
        except ValueError as error:
            raise PracticeRefused(answer.status, f"{self._base} is no practice line") from error
        if answer.status >= 400:
            raise PracticeRefused(answer.status, str(content.get("error", answer.status)))
        return dict(content)
