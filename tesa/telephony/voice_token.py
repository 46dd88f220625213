"""Access tokens by which a browser becomes a telephone of Twilio's."""

from __future__ import annotations

from datetime import timedelta

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from config import Settings


def voice_token(settings: Settings, identity: str, lasts: timedelta) -> str:
    """A token with which `identity` may be rung and may call the TwiML App, and nothing else.

    Raises ValueError where the settings know no API key.
    """
    phone = settings.softphone
    if phone is None:
        raise ValueError("no API key is set")
    token = AccessToken(
        settings.twilio_account_sid,
        phone.api_key,
        phone.api_secret,
        identity=identity,
        ttl=int(lasts.total_seconds()),
    )
    token.add_grant(VoiceGrant(incoming_allow=True, outgoing_application_sid=phone.twiml_app))
    return str(token.to_jwt())
