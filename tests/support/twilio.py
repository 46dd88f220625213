"""Twilio's side of the webhooks: signed, form-encoded posts. The signature is computed here anew, after Twilio's
description, so that a mistake in the library or in our guard does not hide itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from config import Settings

CALLER = "+6281200000017"
_numbers = itertools.count(1)

Params = Mapping[str, str | Iterable[str]]


def new_sid(prefix: str) -> str:
    """A SID that no other test has: `new_sid("CA")`."""
    return f"{prefix}{next(_numbers):032x}"


def signature(token: str, url: str, params: Params) -> str:
    """X-Twilio-Signature of a POST of `params` to `url`."""
    text = url
    for name in sorted(params):
        value = params[name]
        values = [value] if isinstance(value, str) else sorted(set(value))
        text += "".join(name + v for v in values)
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), hashlib.sha1)).decode()


class Twilio:
    """Posts to the application as Twilio would."""

    def __init__(self, client: FlaskClient, settings: Settings) -> None:
        self.client = client
        self.settings = settings

    def post(self, path: str, **params: str) -> TestResponse:
        """POST `params` to `path` (or to a whole URL that TeSA handed out), signed."""
        parts = urlsplit(path)
        path = parts.path + ("?" + parts.query if parts.query else "")
        form = {"AccountSid": self.settings.twilio_account_sid, "ApiVersion": "2010-04-01", **params}
        signed = signature(self.settings.twilio_auth_tokens[0], self.settings.url(path), form)
        return self.client.post(path, data=form, headers={"X-Twilio-Signature": signed})

    def voice(self, caller: str = CALLER, call_sid: str | None = None, path: str = "/twilio/voice", **params: str):
        """A telephone call comes in (or, with another `path`, goes on). The call's SID: `response.call_sid`."""
        sid = call_sid or new_sid("CA")
        form = {
            "CallSid": sid,
            "From": caller,
            "To": self.settings.voice_number,
            "CallStatus": "ringing",
            "Direction": "inbound",
            **params,
        }
        response = self.post(path, **form)
        response.call_sid = sid
        return response

    def message(
        self, body: str, sender: str = CALLER, channel: str = "whatsapp", sid: str | None = None, **params: str
    ):
        """A WhatsApp message or an SMS comes in. The message's SID: `response.message_sid`."""
        prefix = "whatsapp:" if channel == "whatsapp" else ""
        ours = self.settings.whatsapp_number if prefix else self.settings.sms_number
        message_sid = sid or new_sid("SM")
        form = {
            "MessageSid": message_sid,
            "SmsMessageSid": message_sid,
            "From": prefix + sender,
            "To": f"{prefix}{ours}",
            "Body": body,
            "NumMedia": "0",
            **params,
        }
        response = self.post("/twilio/message", **form)
        response.message_sid = message_sid
        return response
