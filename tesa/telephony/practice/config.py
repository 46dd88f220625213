"""What the practice line is told when it starts."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import pyotp


@dataclass(frozen=True, slots=True)
class PracticePhone:
    """A staff member's phone on the practice page, with the demonstration sign-in shown beside it (practice only)."""

    number: str
    label: str
    role: str = ""
    email: str = ""
    password: str = field(default="", repr=False)
    totp_secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Refuse a secret that gives no codes (ValueError), at the start rather than on the page."""
        if self.totp_secret:
            pyotp.TOTP(self.totp_secret).now()


@dataclass(frozen=True, slots=True)
class PracticeConfig:
    """Everything the practice line needs.

    `tesa_url` is TeSA's public address: webhooks go there and are signed over it. `pace` is how long one second of the line
    lasts (1.0 for people; tests take a small part of it): it stretches speech, pauses, key time-outs and ringing alike.
    `more_numbers` are further numbers of ours whose webhook is the hotline's. `fallback_file` is a document at "other
    hosting" that stands behind all of them; without it TeSA's own fallback address does.
    `api_key`, `api_secret`, `twiml_app`: with which the tokens of browsers are checked; empty: there are no browsers.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    tesa_url: str
    voice_number: str
    sms_number: str
    whatsapp_number: str
    port: int = 5001
    phones: tuple[PracticePhone, ...] = ()
    callers: tuple[tuple[str, str], ...] = ()
    pace: float = 1.0
    more_numbers: tuple[str, ...] = ()
    fallback_file: Path | None = None
    api_key: str = ""
    api_secret: str = field(default="", repr=False)
    twiml_app: str = ""

    @property
    def voice_numbers(self) -> tuple[str, ...]:
        """The numbers of ours that can be called."""
        return (self.voice_number, *self.more_numbers)

    @property
    def fallback(self) -> str:
        """The fallback URL of these numbers."""
        return self.fallback_file.as_uri() if self.fallback_file else self.webhook("twilio/voice/fallback")

    @property
    def own_url(self) -> str:
        """The address of the practice line itself, without a closing slash."""
        return f"http://127.0.0.1:{self.port}"

    def webhook(self, path: str) -> str:
        """The full address of a TeSA webhook, e.g. `webhook("twilio/voice")`."""
        return urljoin(self.tesa_url.rstrip("/") + "/", path)
