"""Questions that `tesa doctor` asks over the network, as Twilio would ask them of us and as we ask Twilio."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import requests
from twilio.request_validator import RequestValidator

from config import Settings
from tesa.telephony.gateway import TwilioGateway

TIMEOUT = 5.0  # seconds for one question
PROBE = "/twilio/page/status"  # an address that writes nothing down


@dataclass(frozen=True)
class AccountAnswer:
    """What Twilio says to our account and token: the HTTP status, and its clock (None: it sent none)."""

    status: int
    at: datetime | None


def public_status(settings: Settings) -> int | None:
    """The HTTP status of /healthz at the public address; None when nobody answers there. Redirects are not followed."""
    try:
        return requests.get(settings.url("/healthz"), timeout=TIMEOUT, allow_redirects=False).status_code
    except requests.RequestException:
        return None


def probe_status(settings: Settings, *, forged: bool = False) -> int | None:
    """The HTTP status of a harmless webhook that we sign ourselves; `forged`: with a token that is not ours."""
    token = "not our token" if forged else settings.twilio_auth_tokens[0]
    form = {"AccountSid": settings.twilio_account_sid, "MessageStatus": "sent"}
    url = settings.url(PROBE)
    signature = RequestValidator(token).compute_signature(url, form)
    headers = {"X-Twilio-Signature": signature}
    try:
        return requests.post(url, form, headers=headers, timeout=TIMEOUT, allow_redirects=False).status_code
    except requests.RequestException:
        return None


def ask_account(settings: Settings) -> AccountAnswer | None:
    """Fetch our own account by REST; None when Twilio does not answer."""
    client = TwilioGateway(settings).client
    try:
        answer = client.request(
            "GET", f"https://api.twilio.com/2010-04-01/Accounts/{settings.twilio_account_sid}.json", timeout=TIMEOUT
        )
    except requests.RequestException:
        return None
    said = (answer.headers or {}).get("Date")
    try:
        return AccountAnswer(answer.status_code, parsedate_to_datetime(said) if said else None)
    except ValueError:
        return AccountAnswer(answer.status_code, None)
