"""Files that lie at Twilio: recordings, and what is sent along with messages. Fetched in parts, never whole.

Our credentials go to Twilio's own host and nowhere else. A redirect to another host is followed without them, over
https, and only to a public address; that is looked at on the open connection, so that a name that resolves differently
the second time gains nothing. Proxies and other settings of the environment are not asked.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import SplitResult, urljoin, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from config import Settings

HOST = "api.twilio.com"
CONNECT_SECONDS, READ_SECONDS = 5.0, 15.0
WHOLE_SECONDS = 240.0  # for one file; the lease of whoever fetches is longer
MOST_BYTES = 100 * 1024 * 1024  # an hour of speech is a third of that
MOST_REDIRECTS = 3
PART = 32 * 1024


class NotReady(Exception):
    """It could not be had now: not there yet, or the way is blocked. Asking again makes sense. Says a code."""


class NotWanted(Exception):
    """It will never be fetched: the address is not allowed, or it is too big. Says a code."""


@dataclass(frozen=True)
class Download:
    """A file on its way. `parts` raises NotReady when it breaks off and NotWanted when it is too big."""

    content_type: str
    parts: Iterator[bytes]


class MediaSource(Protocol):
    """Whoever can fetch a file: Twilio, or a test in its place."""

    def fetch(self, url: str) -> AbstractContextManager[Download]:
        """The file at `url`. Raises NotReady or NotWanted."""
        ...


class TwilioMedia:
    """The real source; in practice mode only its base URL differs."""

    def __init__(
        self, settings: Settings, clock: Callable[[], float] = time.monotonic, most_bytes: int = MOST_BYTES
    ) -> None:
        self.settings = settings
        self.most_bytes = most_bytes
        self.base = urlsplit(settings.twilio_api_base_url) if settings.twilio_api_base_url else None
        self._clock = clock

    @contextmanager
    def fetch(self, url: str) -> Iterator[Download]:
        """See MediaSource."""
        until = self._clock() + WHOLE_SECONDS
        address = self.address_of(url)
        for _ in range(MOST_REDIRECTS + 1):
            ours = self._is_ours(urlsplit(address))
            with _session(ours) as session, self._answer(session, address, ours) as answer:
                if answer.is_redirect:
                    address = urljoin(address, answer.headers["Location"])
                    self._refuse_strange(urlsplit(address))
                    continue
                _judge(answer.status_code)
                kind = answer.headers.get("Content-Type", "").split(";")[0].strip().lower()
                yield Download(kind[:60] or "application/octet-stream", self._parts(answer, until))
                return
        raise NotWanted("redirects")

    def address_of(self, url: str) -> str:
        """Where a file is really asked for. Raises NotWanted unless it lies in our account at Twilio."""
        parts = urlsplit(url)
        if self.base is not None and parts.hostname == HOST:
            parts = SplitResult(self.base.scheme, self.base.netloc, self.base.path + parts.path, parts.query, "")
        account = f"/Accounts/{self.settings.twilio_account_sid}/"
        if not self._is_ours(parts) or account not in parts.path or ".." in parts.path or parts.username:
            raise NotWanted("address")
        return urlunsplit(parts)

    def _is_ours(self, parts: SplitResult) -> bool:
        """Is this the host that gets our credentials?"""
        if self.base is not None:
            return (parts.scheme, parts.netloc) == (self.base.scheme, self.base.netloc)
        return (parts.scheme, parts.netloc) == ("https", HOST)

    def _refuse_strange(self, parts: SplitResult) -> None:
        if not self._is_ours(parts) and (parts.scheme != "https" or parts.username or parts.port not in (None, 443)):
            raise NotWanted("address")

    def _answer(self, session: requests.Session, address: str, ours: bool) -> requests.Response:
        auth = (self.settings.twilio_account_sid, self.settings.twilio_auth_tokens[0]) if ours else None
        try:
            return session.get(
                address, auth=auth, stream=True, allow_redirects=False, timeout=(CONNECT_SECONDS, READ_SECONDS)
            )
        except requests.exceptions.RequestException as error:
            if _is_private(error):
                raise NotWanted("private") from error
            raise NotReady(type(error).__name__[:20]) from error

    def _parts(self, answer: requests.Response, until: float) -> Iterator[bytes]:
        there = 0
        try:
            for part in answer.iter_content(PART):
                there += len(part)
                if there > self.most_bytes:
                    raise NotWanted("too-big")
                if self._clock() > until:
                    raise NotReady("too-slow")
                yield part
        except requests.exceptions.RequestException as error:
            raise NotReady(type(error).__name__[:20]) from error
        said = answer.headers.get("Content-Length", "")
        if said.isdigit() and "Content-Encoding" not in answer.headers and int(said) != there:
            raise NotReady("broke-off")


def _judge(status: int) -> None:
    if status in (400, 403, 410):
        raise NotWanted(f"HTTP {status}")
    if status != 200:  # 404: not written yet; 401: the token is being changed; 429, 5xx: later
        raise NotReady(f"HTTP {status}")


def _session(ours: bool) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    if not ours:
        session.mount("https://", _PublicOnly())
        session.mount("http://", _PublicOnly())
    return session


class PrivateAddress(OSError):
    """The other end is no public address."""


class _Connection(HTTPSConnection):
    """Looks at whom it has reached before it says a word."""

    def _new_conn(self):  # type: ignore[no-untyped-def]  # urllib3's own has no public type
        connection = super()._new_conn()
        peer = str(connection.getpeername()[0]).split("%")[0]
        if not ip_address(peer).is_global:
            connection.close()
            raise PrivateAddress(peer)
        return connection


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


class _PublicOnly(HTTPAdapter):
    def init_poolmanager(self, *args: object, **kwargs: object) -> None:
        """Only https, and only to public addresses."""
        super().init_poolmanager(*args, **kwargs)  # type: ignore[arg-type]
        self.poolmanager.pool_classes_by_scheme = {"https": _Pool}


def _is_private(error: BaseException | None) -> bool:
    """Was it us who closed the connection? Libraries wrap what they are told several times."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, PrivateAddress):
            return True
        inner = next((a for a in error.args if isinstance(a, BaseException)), None)
        error = getattr(error, "reason", None) or inner or error.__cause__ or error.__context__
        if not isinstance(error, BaseException):
            return False
    return False
