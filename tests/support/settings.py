"""Settings and a bare application for tests. The account and the numbers belong to nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask

from config import Settings
from tesa.core.db import db, init_db
from tesa.core.outside import Softphone
from tesa.core.upgrade import upgrade
from tesa.core.vault import init_vault, key_provider

ACCOUNT_SID = "AC" + "7e" * 16
AUTH_TOKEN = "a-token-that-only-the-tests-know"
VOICE_NUMBER = "+622150000001"
WHATSAPP_NUMBER = "+622150000002"
SMS_NUMBER = "+622150000003"
SOFTPHONE = Softphone("SK" + "5a" * 16, "a-secret-that-only-the-tests-know-too", "AP" + "6b" * 16)
COORDINATOR_NUMBERS = ("+622150000091", "+622150000092")


def make_settings(database_url: str, key_file: Path, **changes: Any) -> Settings:
    """Settings of a whole installation at `database_url`; `changes` replace single ones."""
    values: dict[str, Any] = {
        "database_url": database_url,
        "public_url": "http://127.0.0.1:5000",
        "secret_key": "a key of the tests, long enough and with many letters",
        "key_file": key_file,
        "twilio_account_sid": ACCOUNT_SID,
        "twilio_auth_tokens": (AUTH_TOKEN,),
        "voice_number": VOICE_NUMBER,
        "whatsapp_number": WHATSAPP_NUMBER,
        "sms_number": SMS_NUMBER,
        "coordinator_numbers": COORDINATOR_NUMBERS,
        **changes,
    }
    return Settings(**values)


def environment(settings: Settings) -> dict[str, str]:
    """The same settings as environment variables, for a process of its own."""
    return {
        "TESA_DATABASE_URL": settings.database_url,
        "TESA_PUBLIC_URL": settings.public_url,
        "TESA_SECRET_KEY": settings.secret_key,
        "TESA_KEY_FILE": str(settings.key_file),
        "TESA_AUDIT_DIR": str(settings.second_place),
        "TESA_PORT": str(settings.port),
        "TESA_VOICE_NUMBER": settings.voice_number,
        "TESA_WHATSAPP_NUMBER": settings.whatsapp_number or "",
        "TESA_SMS_NUMBER": settings.sms_number or "",
        "TESA_COORDINATOR_NUMBERS": ",".join(settings.coordinator_numbers),
        "TESA_SELF_CALL_NUMBER": settings.self_call_number or "",
        "TESA_FALLBACK_DIR": str(settings.fallback_dir or ""),
        "TWILIO_ACCOUNT_SID": settings.twilio_account_sid,
        "TWILIO_AUTH_TOKEN": settings.twilio_auth_tokens[0],
        "TWILIO_API_BASE_URL": settings.twilio_api_base_url or "",
        "TESA_PRACTICE_URL": settings.practice_url or "",
        "TWILIO_API_KEY": settings.softphone.api_key if settings.softphone else "",
        "TWILIO_API_SECRET": settings.softphone.api_secret if settings.softphone else "",
        "TWILIO_TWIML_APP_SID": settings.softphone.twiml_app if settings.softphone else "",
    }


def bare_app(settings: Settings) -> Flask:
    """An application of floor 0 alone: database and vault, no slice."""
    app = Flask("bare")
    init_db(app, settings.database_url)
    init_vault(app, key_provider(settings))
    return app


def close_engines(app: Flask) -> None:
    """Give the connections of `app` back, so that its database may be removed."""
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def migrate_at(database_url: str, key_file: Path) -> None:
    """Bring the database at `database_url` to the newest revision and make its purpose keys."""
    app = bare_app(make_settings(database_url, key_file))
    upgrade(app)
    close_engines(app)
