"""`tesa demo`: TeSA on SQLite with demonstration staff, a rota that covers now, and the practice line in place of Twilio.

Everything lives in `instance/demo`. Keys, session secret, Twilio token and second-factor seeds are random and made on
the first run; only the demonstration password is fixed. Nothing of this exists outside `tesa demo`.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from config import Settings
from tesa.processes import Supervisor

HOME = Path("instance") / "demo"
PASSWORD = "latihan bersama sahabat"
ROTA_DAYS = 14
READY_WITHIN = 60.0  # seconds
VOICE, WHATSAPP, SMS, COORDINATORS = "+622150550100", "+6281150550101", "+6281150550102", "+6281150550190"
SELF_CALL = "+622150550199"
CALLERS = (("+6281290000001", "Penelepon 1 · Caller 1"), ("+6281290000002", "Penelepon 2 · Caller 2"))


@dataclass(frozen=True)
class DemoPerson:
    """One member of the demonstration staff. `tier` is on the rota; 0 means not on it."""

    email: str
    name: str
    phone: str
    roles: tuple[str, ...]
    gender: str
    tier: int
    totp_secret: str = field(default="", repr=False)


STAFF = (
    DemoPerson("psikolog1@demo.invalid", "Psikolog Satu", "+6281110000001", ("psychologist",), "P", 1),
    DemoPerson("psikolog2@demo.invalid", "Psikolog Dua", "+6281110000002", ("psychologist",), "L", 1),
    DemoPerson("cadangan@demo.invalid", "Psikolog Cadangan", "+6281110000003", ("psychologist",), "P", 2),
    DemoPerson("koordinator@demo.invalid", "Koordinator", "+6281110000004", ("coordinator",), "P", 3),
    DemoPerson("lapangan1@demo.invalid", "Petugas Lapangan Satu", "+6281110000005", ("outreach",), "L", 1),
    DemoPerson("lapangan2@demo.invalid", "Petugas Lapangan Dua", "+6281110000006", ("outreach",), "P", 2),
    DemoPerson("admin@demo.invalid", "Administrator", "+6281110000007", ("administrator",), "P", 0),
)


def _environment(port: int) -> dict[str, str]:
    """The demonstration's settings; what is random is kept in a file that only its owner reads."""
    HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = HOME / "secrets.json"
    random = json.loads(kept.read_text()) if kept.exists() else {}
    made = {
        "TESA_SECRET_KEY": secrets.token_urlsafe(48),
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_API_KEY": "SK" + secrets.token_hex(16),
        "TWILIO_API_SECRET": secrets.token_hex(16),
        "TWILIO_TWIML_APP_SID": "AP" + secrets.token_hex(16),
    }
    if made.keys() - random.keys():
        random = made | random
        _write_private(kept, json.dumps(random))
    environment = {
        **random,
        "TESA_DATABASE_URL": f"sqlite:///{(HOME / 'tesa.db').absolute()}",
        "TESA_KEY_FILE": str((HOME / "keys.json").absolute()),
        "TESA_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "TESA_PORT": str(port),
        "TWILIO_API_BASE_URL": f"http://127.0.0.1:{port + 1}",
        "TESA_PRACTICE_URL": f"http://127.0.0.1:{port + 1}",
        "TESA_VOICE_NUMBER": VOICE,
        "TESA_WHATSAPP_NUMBER": WHATSAPP,
        "TESA_SMS_NUMBER": SMS,
        "TESA_COORDINATOR_NUMBERS": COORDINATORS,
        "TESA_SELF_CALL_NUMBER": SELF_CALL,
        "TESA_FALLBACK_DIR": str((HOME / "fallback").absolute()),
    }
    # So that `tesa status` and its like, called in this folder, speak of the demonstration.
    _write_private(HOME / ".env", "".join(f"{name}={value}\n" for name, value in environment.items()))
    return environment


def _write_private(path: Path, text: str) -> None:
    """A file that only its owner reads."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def _staff() -> list[DemoPerson]:
    """Make the demonstration staff that is missing; the people with their second-factor seeds."""
    from tesa.accounts.actions.save_account import Details, save_account
    from tesa.accounts.actions.set_secrets import set_secrets
    from tesa.accounts.public import Role, by_email
    from tesa.core import clock
    from tesa.core.transactions import transaction

    kept = HOME / "staff.json"
    seeds: dict[str, str] = json.loads(kept.read_text()) if kept.exists() else {}
    for person in STAFF:
        if by_email(person.email) is None:
            with transaction():
                roles = frozenset(Role(role) for role in person.roles)
                details = Details(person.email, person.name, person.phone, roles, person.gender)
                account_id = save_account(details, None, clock.now())
                seeds[person.email] = set_secrets(account_id, PASSWORD, clock.now())
    _write_private(kept, json.dumps(seeds))
    return [DemoPerson(**{**asdict(p), "totp_secret": seeds.get(p.email, "")}) for p in STAFF]


def _rota(now: datetime) -> None:
    """Put everybody with a tier on duty day by day, from this morning's hand-over on; days that are there stay."""
    from tesa.accounts.public import by_email
    from tesa.core.transactions import transaction
    from tesa.psychologists.actions.add_assignment import add_assignment
    from tesa.psychologists.public import on_duty

    start = now.replace(hour=1, minute=0, second=0, microsecond=0)  # 08.00 in Jakarta
    start = start if start <= now else start - timedelta(days=1)
    for day in range(ROTA_DAYS):
        begins, ends = start + timedelta(days=day), start + timedelta(days=day + 1)
        there = {p.account_id for line in ("hotline", "outreach") for p in on_duty(line, begins + timedelta(hours=12))}
        with transaction():
            for person in STAFF:
                account = by_email(person.email)
                if person.tier and account is not None and account.id not in there:
                    line = "outreach" if "outreach" in person.roles else "hotline"
                    add_assignment(account.id, line, person.tier, begins, ends, None, now, source="import")


def _announce(url: str, practice: str, people: list[DemoPerson]) -> None:
    click.echo("")
    click.echo(f"TeSA                          {url}")
    click.echo(f"Jalur latihan / practice line {practice}")
    click.echo("")
    click.echo(f"Kata sandi semua akun / password of all accounts: {PASSWORD}")
    click.echo("Kode masuk / sign-in codes: di halaman jalur latihan / on the practice page")
    for person in people:
        click.echo(f"  {person.email:28} {person.roles[0]:14} TOTP {person.totp_secret}")
    click.echo("")
    click.echo("Ctrl-C menghentikan semuanya / stops everything")
    sys.stdout.flush()


def _wait_ready(url: str, supervisor: Supervisor) -> bool:
    end = time.monotonic() + READY_WITHIN
    while time.monotonic() < end and not supervisor.stopping:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=2) as answer:
                if answer.status == 200:
                    return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    return False


def run_demo() -> int:
    """Prepare and run the demonstration until Ctrl-C; the exit code."""
    port = int(os.environ.get("TESA_PORT") or 5000)
    environment = _environment(port)
    os.environ.update(environment)
    people = _prepare()
    _write_private(HOME / "phones.json", json.dumps([asdict(p) for p in people]))
    supervisor = Supervisor()
    for name in ("practice", "web", "worker"):
        supervisor.start(name, [sys.executable, "-m", "tesa", name])
    if not _wait_ready(environment["TESA_PUBLIC_URL"], supervisor):
        click.echo("TeSA belum siap; lihat pesan di atas / TeSA is not ready; see the messages above", err=True)
        supervisor.stop()
        return 1
    _announce(environment["TESA_PUBLIC_URL"], environment["TESA_PRACTICE_URL"], people)
    return supervisor.wait()


def _prepare() -> list[DemoPerson]:
    from tesa.app import create_app
    from tesa.cli import make_ready
    from tesa.core import clock
    from tesa.core.db import db

    settings = Settings.from_env(os.environ)
    make_ready(settings)
    app = create_app(settings)
    with app.app_context():
        people = _staff()
        _rota(clock.now().astimezone(UTC))
        db.session.remove()
        db.engine.dispose()
    return people


def run_practice_line() -> None:
    """Serve the practice line in this process."""
    from tesa.telephony.practice import PracticeConfig, PracticePhone, serve

    settings = Settings.from_env(os.environ)
    browser = settings.softphone
    people = [DemoPerson(**p) for p in json.loads((HOME / "phones.json").read_text())]
    phones = [PracticePhone(p.phone, p.name, p.roles[0], p.email, PASSWORD, p.totp_secret) for p in people]
    phones.append(PracticePhone(COORDINATORS, "Nomor koordinator · Coordinators' number", "coordinator"))
    serve(
        PracticeConfig(
            account_sid=settings.twilio_account_sid,
            auth_token=settings.twilio_auth_tokens[0],
            tesa_url=settings.public_url,
            voice_number=settings.voice_number,
            sms_number=settings.sms_number or "",
            whatsapp_number=settings.whatsapp_number or "",
            port=settings.port + 1,
            phones=tuple(phones),
            callers=CALLERS,
            api_key=browser.api_key if browser else "",
            api_secret=browser.api_secret if browser else "",
            twiml_app=browser.twiml_app if browser else "",
            more_numbers=(settings.self_call_number,) if settings.self_call_number else (),
            fallback_file=settings.fallback_dir / settings.fallback_name if settings.fallback_dir else None,
        )
    )
