"""The whole report: settings, files, database, outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from dotenv import dotenv_values

from config import Settings, UnfitSettings
from tesa.app import create_app
from tesa.core import clock
from tesa.core.db import db
from tesa.core.vault import KeyFileProblem, KeysAway
from tesa.doctor.continuity import look_at_fallback
from tesa.doctor.database import look_at_database
from tesa.doctor.files import look_at_files
from tesa.doctor.finding import Finding
from tesa.doctor.outside import look_outside

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
    "TESA_METRICS_TOKEN": "token untuk /metrics; kosong: tertutup / token for /metrics; empty: closed",
    "TESA_AUDIT_DIR": "tempat kedua untuk kepala jejak dan nisan; kosong: di samping berkas kunci / "
    "second place for heads of the trail and tombstones; empty: beside the key file",
    "TESA_TRUSTED_PROXIES": "proksi yang X-Forwarded-For-nya dipercaya / proxies whose X-Forwarded-For is believed",
    "TESA_KEY_PROVIDER": "tempat kunci pembungkus: file, vault, aws / where the key-encryption key lives",
    "TESA_VAULT_ADDR": "alamat HashiCorp Vault / address of HashiCorp Vault",
    "TESA_VAULT_KEY": "kunci transit di sana / transit key there",
    "TESA_VAULT_MOUNT": "mount transit; transit bila kosong / when empty",
    "TESA_VAULT_TOKEN": "token Vault; lebih baik TESA_VAULT_TOKEN_FILE / token; better TESA_VAULT_TOKEN_FILE",
    "TESA_VAULT_TOKEN_FILE": "berkas token Vault, chmod 600 / file with its token, chmod 600",
    "TESA_AWS_KMS_KEY": "ARN kunci AWS KMS, yang pertama membungkus / ARNs of AWS KMS keys, the first wraps",
    "TESA_AWS_REGION": "wilayah AWS / AWS region",
    "TESA_AWS_ENDPOINT": "pengganti alamat AWS / replaces AWS's address",
    "TESA_FALLBACK_DIR": "folder dokumen nomor petugas, disajikan di luar TeSA / folder for the document with the "
    "numbers on duty, served outside TeSA",
    "TESA_FALLBACK_NAME": "nama berkasnya; hotline.xml / its file name",
    "TESA_FALLBACK_URL": "alamat tempat Twilio mengambilnya / address at which Twilio finds it",
    "TESA_FALLBACK_BUCKET": "bucket S3 untuk dokumen itu / S3-compatible bucket for that document",
    "TESA_FALLBACK_ENDPOINT": "alamat layanan S3; AWS bila kosong / address of the S3 service; AWS when empty",
    "TESA_FALLBACK_REGION": "wilayah bucket / region of the bucket",
    "TESA_FALLBACK_KEY_ID": "kunci akses bucket / access key of the bucket",
    "TESA_FALLBACK_KEY_SECRET": "rahasia kunci akses itu / its secret",
    "TESA_SELF_CALL_NUMBER": "nomor kedua kita untuk uji harian / our second number, for the daily test call",
    "TWILIO_API_KEY": "kunci API untuk telepon di peramban / API key for the telephone in the browser",
    "TWILIO_API_SECRET": "rahasia kunci API itu / its secret",
    "TWILIO_TWIML_APP_SID": "TwiML App yang dipanggil peramban; Voice URL /twilio/softphone / TwiML App that browsers call",
    "TESA_SELF_CALL_AT": "jam uji harian; 06:30 / local time of the daily test call",
}
SECRET = {
    "TESA_SECRET_KEY", "TWILIO_AUTH_TOKEN", "TWILIO_AUTH_TOKEN_SECONDARY", "TESA_DATABASE_URL", "TESA_METRICS_TOKEN",
    "TESA_VAULT_TOKEN", "TESA_FALLBACK_KEY_SECRET", "TWILIO_API_SECRET",
}  # fmt: skip


def examine(environ: Mapping[str, str]) -> list[Finding]:
    """Look at every setting; if all are fit, at files, keys, database, worker, public address and Twilio too."""
    env_file = Path(".env")
    environ = {**{k: v for k, v in dotenv_values(env_file).items() if v is not None}, **environ}
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
    return findings if settings is None else [*findings, *_running(settings, env_file)]


def _shown(name: str, environ: Mapping[str, str], meaning: str) -> str:
    value = environ.get(name, "")
    state = "terisi / set" if value and name in SECRET else value or "kosong / empty"
    return f"{state} — {meaning}"


def _running(settings: Settings, env_file: Path) -> Iterator[Finding]:
    now = clock.now()
    if not settings.coordinator_numbers:
        yield Finding(
            "coordinators",
            False,
            "TESA_COORDINATOR_NUMBERS kosong: tangga tidak punya anak tangga terakhir / empty: the ladder has no last rung",
        )
    yield from look_at_files(settings, env_file)
    try:
        app = create_app(settings)
    except (KeyFileProblem, KeysAway) as problem:
        yield Finding("keys", False, str(problem))
    else:
        with app.app_context():
            try:
                yield from look_at_database(now)
                yield from look_at_fallback(settings, now)
            finally:
                db.session.remove()
                db.engine.dispose()  # this application was made for one look
    yield from look_outside(settings, now)
