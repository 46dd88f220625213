"""`tesa doctor`: explains every setting and says what is unfit, with what to do."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from config import Settings, UnfitSettings

MEANINGS = {
    "TESA_DATABASE_URL": "alamat basis data SQLAlchemy / SQLAlchemy URL of the database",
    "TESA_PUBLIC_URL": "alamat yang dipakai Twilio dan peramban; tanda tangan diperiksa terhadapnya / "
    "address that Twilio and browsers use; signatures are checked against it",
    "TESA_SECRET_KEY": "rahasia sesi / session secret",
    "TESA_KEY_FILE": "berkas kunci pembungkus / file of the key-encryption key",
    "TWILIO_ACCOUNT_SID": "akun Twilio / Twilio account",
    "TWILIO_AUTH_TOKEN": "token Twilio; tanda tangan diperiksa dengannya / signatures are checked with it",
    "TWILIO_AUTH_TOKEN_SECONDARY": "token kedua saat rotasi / second token while rotating",
    "TWILIO_API_BASE_URL": "pengganti api.twilio.com / replaces api.twilio.com",
    "TESA_VOICE_NUMBER": "nomor telepon kita / our telephone number, E.164",
    "TESA_WHATSAPP_NUMBER": "nomor WhatsApp kita / our WhatsApp number, E.164",
    "TESA_SMS_NUMBER": "nomor SMS kita / our SMS number, E.164",
    "TESA_PORT": "port; 5000 bila kosong / port; 5000 when empty",
    "TESA_BIND": "alamat yang didengarkan; 127.0.0.1 bila kosong / address to listen on",
    "TESA_TIME_ZONE": "zona waktu / time zone; Asia/Jakarta",
    "TESA_COORDINATOR_NUMBERS": "anak tangga terakhir / last rung of every ladder, E.164, comma-separated",
}
SECRET = {"TESA_SECRET_KEY", "TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_SECONDARY", "TESA_DATABASE_URL"}
LEAST_FREE = 0.10  # of the disk


@dataclass(frozen=True)
class Finding:
    """One line of the report."""

    name: str
    fit: bool
    sentence: str


def examine(environ: Mapping[str, str]) -> list[Finding]:
    """Look at every setting, the key file, the database, the worker's tick and the disk."""
    environ = {**{k: v for k, v in dotenv_values(".env").items() if v is not None}, **environ}
    problems: dict[str, str] = {}
    settings: Settings | None = None
    try:
        settings = Settings.from_env(environ)
    except UnfitSettings as unfit:
        problems = dict(problem.split(": ", 1) for problem in unfit.problems)
    findings = [
        Finding(name, name not in problems, problems.get(name) or _shown(name, environ, meaning))
        for name, meaning in MEANINGS.items()
    ]
    findings += [Finding(n, False, s) for n, s in problems.items() if n not in MEANINGS]
    if settings is not None:
        findings += _running(settings)
    return findings


def _shown(name: str, environ: Mapping[str, str], meaning: str) -> str:
    value = environ.get(name, "")
    state = "terisi / set" if value and name in SECRET else value or "kosong / empty"
    return f"{state} — {meaning}"


def _running(settings: Settings) -> list[Finding]:
    from tesa.app import create_app
    from tesa.core import clock
    from tesa.core.vault import KeyFileProblem, vault
    from tesa.health import TICK_FRESH_FOR, worker_beat

    findings = []
    try:
        app = create_app(settings)
    except KeyFileProblem as problem:
        return [Finding("keys", False, str(problem))]
    with app.app_context():
        try:
            vault.check()
            findings.append(Finding("keys", True, "kunci membuka basis data / the keys open the database"))
            last = worker_beat()
            ticking = last is not None and clock.now() - last < TICK_FRESH_FOR
            findings.append(
                Finding(
                    "worker",
                    ticking,
                    "berdetak / ticking"
                    if ticking
                    else "tidak berdetak; jalankan `tesa worker` / no tick; run `tesa worker`",
                )
            )
        except KeyFileProblem as problem:
            findings.append(Finding("keys", False, str(problem)))
        except Exception as error:  # a database that does not answer, or has no tables yet
            findings.append(
                Finding(
                    "database", False, f"{type(error).__name__}; jalankan `tesa db upgrade` / run `tesa db upgrade`"
                )
            )
    disk = shutil.disk_usage(Path.cwd())
    free = disk.free / disk.total
    findings.append(Finding("disk", free > LEAST_FREE, f"{free:.0%} bebas / free"))
    if not settings.coordinator_numbers:
        findings.append(
            Finding(
                "coordinators",
                False,
                "TESA_COORDINATOR_NUMBERS kosong: tangga tidak punya anak tangga terakhir / empty: the ladder has no last rung",
            )
        )
    return findings
