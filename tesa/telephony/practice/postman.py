"""Requests from the line to TeSA: signed, with Twilio's headers, retries and limits. Nothing outside TeSA is ever asked."""

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urldefrag, urlencode, urljoin, urlsplit

import urllib3
from twilio.request_validator import RequestValidator

from tesa.telephony.practice.config import PracticeConfig
from tesa.telephony.practice.documents import LARGEST, DocumentFailed
from tesa.telephony.practice.journal import Journal

WALL = 15.0
MOST_REDIRECTS = 5
LARGEST_AUDIO = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """What TeSA said to a request."""

    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str]
    url: str


@dataclass(frozen=True, slots=True)
class _Letter:
    """A request on its way: what is the same in every attempt and redirect."""

    params: Mapping[str, str]
    cookies: dict[str, str]
    token: str
    overrides: "Overrides"


@dataclass(slots=True)
class Overrides:
    """Connection settings from a webhook's `#fragment`, in seconds; Twilio's defaults otherwise."""

    connect: float = 5.0
    read: float = WALL
    total: float = WALL
    retries: int = 1
    policy: frozenset[str] = field(default_factory=lambda: frozenset({"ct"}))


def read_overrides(fragment: str) -> Overrides:
    """The settings in a fragment such as `rc=2&rp=ct,rt,5xx&rt=4000`; what is not understood stays at its default."""
    chosen = Overrides()
    given = {name: values[-1] for name, values in parse_qs(fragment).items()}
    for name, attribute in (("ct", "connect"), ("rt", "read"), ("tt", "total")):
        if given.get(name, "").isdigit():
            setattr(chosen, attribute, min(max(int(given[name]) / 1000, 0.1), WALL))
    if given.get("rc", "").isdigit():
        chosen.retries = min(int(given["rc"]), 5)
    if "rp" in given:
        chosen.policy = frozenset(part.strip() for part in given["rp"].split(","))
    return chosen


class Postman:
    """Sends requests to TeSA. Safe to use from many threads."""

    def __init__(self, config: PracticeConfig, journal: Journal) -> None:
        self._home = urlsplit(config.tesa_url)[:2]
        self._signer = RequestValidator(config.auth_token)
        self._journal = journal
        self._pool = urllib3.PoolManager(num_pools=4, maxsize=16, retries=False)

    def lives_at_home(self, url: str) -> bool:
        """Whether an address belongs to TeSA; the line asks no other."""
        return urlsplit(url)[:2] == self._home

    def send(self, url: str, method: str, params: Mapping[str, str], cookies: dict[str, str]) -> Answer:
        """Ask TeSA, following redirects and retrying as the fragment says. `cookies` is read and added to.

        Raises DocumentFailed: 11200 a status that is not 2xx or a foreign address, 11205 no connection, 11750 too large.
        """
        bare, fragment = urldefrag(url)
        overrides = read_overrides(fragment)
        letter = _Letter(params, cookies, str(uuid.uuid4()), overrides)
        attempts = 0
        while True:
            outcome, cause = self._try(bare, method, letter)
            if isinstance(outcome, Answer):
                return outcome
            attempts += 1
            if attempts > overrides.retries or not overrides.policy & {cause, "all", f"{cause[0]}xx"}:
                self._journal.fault(outcome.code, f"{method} {bare}: {outcome}")
                raise outcome

    def _try(self, url: str, method: str, letter: _Letter) -> tuple[Answer | DocumentFailed, str]:
        """One attempt: the answer, or the failure with its cause (ct, rt or the status)."""
        started = time.monotonic()
        try:
            answer = self._ask(url, method, letter)
        except DocumentFailed as failure:
            return failure, "-"
        except (urllib3.exceptions.ConnectTimeoutError, urllib3.exceptions.NewConnectionError):
            return DocumentFailed(11205, url, "no connection"), "ct"
        except (urllib3.exceptions.ProtocolError, urllib3.exceptions.TimeoutError):
            return DocumentFailed(11200, url, "no answer in time, or the connection broke"), "rt"
        except urllib3.exceptions.HTTPError as error:
            return DocumentFailed(11200, url, f"{type(error).__name__}"), "rt"
        took = round((time.monotonic() - started) * 1000)
        path = urlsplit(url).path
        self._journal.write("webhook", f"→ {method} {path} {answer.status} ({took} ms)")
        if not 200 <= answer.status < 300:
            return DocumentFailed(11200, url, f"HTTP {answer.status}"), str(answer.status)
        return answer, ""

    def _ask(self, url: str, method: str, letter: _Letter) -> Answer:
        params, cookies, overrides = letter.params, letter.cookies, letter.overrides
        timeout = urllib3.Timeout(connect=overrides.connect, read=overrides.read, total=overrides.total)
        for _ in range(MOST_REDIRECTS):
            if not self.lives_at_home(url):
                raise DocumentFailed(11200, url, "this address is not TeSA's; the practice line asks nobody else")
            target, body, signed = self._address(url, method, params)
            headers = {
                "User-Agent": "TwilioProxy/1.1",
                "Accept": "*/*",
                "X-Twilio-Signature": self._signer.compute_signature(target, signed),
                "I-Twilio-Idempotency-Token": letter.token,
            }
            if cookies:
                headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
            response = self._pool.request(
                method, target, body=body, headers=headers, timeout=timeout, redirect=False, preload_content=False
            )
            content = self._content(response, target)
            _remember(cookies, response.headers.getlist("Set-Cookie"))
            place = response.headers.get("Location")
            if response.status in (301, 302, 303, 307, 308) and place:
                url = urljoin(url, place)
                if response.status in (301, 302, 303):
                    method, params = "GET", {}
                continue
            kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
            return Answer(response.status, kind, content, dict(response.headers), url)
        raise DocumentFailed(11200, url, "too many redirects")

    @staticmethod
    def _address(url: str, method: str, params: Mapping[str, str]) -> tuple[str, str | None, Mapping[str, str]]:
        """The address to ask, the body, and the parameters that are part of the signature."""
        if method == "GET":
            if not params:
                return url, None, {}
            return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}", None, {}
        return url, urlencode(params), params

    @staticmethod
    def _content(response: urllib3.BaseHTTPResponse, url: str) -> bytes:
        """The body, read up to the limit of its kind; the connection goes back to the pool."""
        audio = response.headers.get("Content-Type", "").startswith("audio/")
        most = LARGEST_AUDIO if audio else LARGEST
        try:
            content = response.read(most + 1)
            if len(content) > most:
                response.close()
                raise DocumentFailed(11750, url, "the answer is too large")
            return bytes(content)
        finally:
            response.release_conn()


def _remember(cookies: dict[str, str], headers: list[str]) -> None:
    """Keep the cookies that an answer sets; one that cannot be read is left out, as browsers do."""
    for header in headers:
        jar: SimpleCookie = SimpleCookie()
        try:
            jar.load(header)
        except CookieError:
            continue
        for name, morsel in jar.items():
            cookies[name] = morsel.value
