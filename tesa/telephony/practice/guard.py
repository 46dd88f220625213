"""Who may touch the page and its controls: a browser or a program on this machine, and no other web site through it."""

import ipaddress
from urllib.parse import urlsplit

from flask import Response, abort, request

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def is_loopback(host: str | None) -> bool:
    """Whether a host name means this machine itself."""
    if not host:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_strangers() -> None:
    """Abort with 403 when the request was not addressed to this machine, or was started by a page from elsewhere."""
    if not is_loopback(urlsplit(f"//{request.host}").hostname):
        abort(403)
    origin = request.headers.get("Origin")
    if origin is not None and not is_loopback(urlsplit(origin).hostname):
        abort(403)


def require_practice_header() -> None:
    """Abort with 403 without `X-Practice: 1`, which no form and no foreign page can send."""
    if request.headers.get("X-Practice") != "1":
        abort(403)


def harden(response: Response) -> Response:
    """Add the headers every answer of the practice line carries."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers.setdefault("Cache-Control", "no-store")
    return response
