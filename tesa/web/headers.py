"""Security headers, on every answer: pages, fragments, errors, redirects and static files.

The policy allows nothing but our own files; there is no inline script or style anywhere, so no nonce is needed.
"""

from __future__ import annotations

from flask import Flask, Response

from tesa.web import reports, softphone

SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "report-uri": reports.PATH,  # for browsers that do not know the next line
    "report-to": "csp",
}


def policy(sources: dict[str, str]) -> str:
    """The header for these sources."""
    return "; ".join(f"{kind} {source}" for kind, source in sources.items())


POLICY = policy(SOURCES)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Reporting-Endpoints": f'csp="{reports.PATH}"',
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
}
MUTE, MICROPHONE = "microphone=()", "microphone=(self)"
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"


def with_softphone(phone: softphone.Softphone) -> dict[str, str]:
    """What a page that carries the telephone in the browser has in place of its strict headers, and nothing more.

    Sounds are our own files; the voice itself is no source that a policy knows.
    """
    reached = " ".join(("'self'", *phone.hosts))
    return {
        "Content-Security-Policy": policy(SOURCES | {"connect-src": reached}),
        "Permissions-Policy": HEADERS["Permissions-Policy"].replace(MUTE, MICROPHONE),
    }


def init_headers(app: Flask, https: bool) -> None:
    """Set the headers on every answer of `app`; Strict-Transport-Security only where browsers come over TLS."""

    @app.after_request
    def set_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        phone = softphone.allowed()
        if phone is not None and response.mimetype == "text/html":
            response.headers.update(with_softphone(phone))
        if https:
            response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
        if "immutable" not in response.headers.get("Cache-Control", "") or response.status_code >= 400:
            response.headers["Cache-Control"] = "no-store"
        return response
