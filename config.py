"""Settings: one frozen object read from the environment (and `.env`); every missing or unfit variable is named at once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from tesa.core.outside import AwsKeys, Bucket, Softphone, VaultKeys, unfit_token_file

E164 = re.compile(r"\+[1-9]\d{6,14}")
ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}")
DEFAULT_DATABASE = f"sqlite:///{Path('instance').absolute() / 'tesa.db'}"
GUESSABLE = ("changeme", "change-me", "change_me", "your-secret", "your_secret", "insecure", "default", "gantilah")
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
KEY_PROVIDERS = ("file", "vault", "aws")
KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:key/[0-9A-Za-z-]{1,100}")
API_KEY = re.compile(r"SK[0-9a-fA-F]{32}")
TWIML_APP = re.compile(r"AP[0-9a-fA-F]{32}")
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
TIME_OF_DAY = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
VAULT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


class UnfitSettings(Exception):
    """Start-up is refused. `problems` holds one sentence for each unfit setting (Indonesian, then English)."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    """All that TeSA is told from outside. Secrets are kept out of `repr`."""

    database_url: str
    public_url: str
    secret_key: str = field(repr=False)
    key_file: Path
    twilio_account_sid: str
    twilio_auth_tokens: tuple[str, ...] = field(repr=False)
    twilio_api_base_url: str | None = None
    voice_number: str = ""
    whatsapp_number: str | None = None
    sms_number: str | None = None
    port: int = 5000
    bind: str = "127.0.0.1"
    time_zone: ZoneInfo = ZoneInfo("Asia/Jakarta")
    coordinator_numbers: tuple[str, ...] = ()
    wrap_up_seconds: int = 180  # after a talk she writes and is not rung
    metrics_token: str | None = field(default=None, repr=False)
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    practice_url: str | None = None
    audit_dir: Path | None = None
    key_provider: str = "file"
    vault_keys: VaultKeys | None = None
    aws_keys: AwsKeys | None = None
    fallback_dir: Path | None = None
    fallback_bucket: Bucket | None = None
    fallback_name: str = "hotline.xml"  # of the document in the directory and in the bucket
    fallback_url: str | None = None  # at which Twilio finds it
    self_call_number: str | None = None
    self_call_at: time = time(6, 30)  # local time
    softphone: Softphone | None = None  # None: no telephone in the browser
    file_keys: bool = True  # False: the keys are with a service, and `key_file` only says where a file would lie

    @property
    def second_place(self) -> Path:
        """The folder, outside the database, for the heads of the audit trail and for tombstones."""
        return self.audit_dir or self.key_file.parent / "audit"

    @property
    def practice(self) -> bool:
        """True when the practice line stands in for Twilio."""
        return self.practice_url is not None

    @property
    def https(self) -> bool:
        """True when browsers reach TeSA over TLS: cookies are then Secure and carry the __Host- prefix."""
        return self.public_url.startswith("https://")

    def url(self, path: str) -> str:
        """The absolute public address of `path` (which begins with a slash)."""
        return self.public_url + path

    @classmethod
    def from_env(cls, environ: Mapping[str, str], root: Path | None = None, *, need_telephony: bool = True) -> Settings:
        """Read the settings from `environ`, completed from `.env` below `root` (default: the working directory).

        Commands that never speak to Twilio (`tesa db upgrade`, imports) pass `need_telephony=False`; web and worker
        refuse to start without an account. Raises UnfitSettings naming every missing or unfit variable.
        """
        env = {k: v for k, v in dotenv_values((root or Path.cwd()) / ".env").items() if v is not None} | dict(environ)
        return _Reader(env, need_telephony).settings()


class _Reader:
    """Collects values and complaints, so that the operator sees all problems in one go."""

    def __init__(self, env: Mapping[str, str], need_telephony: bool) -> None:
        self.env = env
        self.need_telephony = need_telephony
        self.problems: list[str] = []

    def complain(self, name: str, indonesian: str, english: str) -> None:
        self.problems.append(f"{name}: {indonesian} / {english}")

    def text(self, name: str) -> str:
        return self.env.get(name, "").strip()

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            self.complain(name, "belum diisi", "is not set")
        return value

    def number(self, name: str, default: int) -> int:
        value = self.text(name)
        if not value:
            return default
        if not value.isdigit() or not 0 < int(value) < 65536:
            self.complain(name, "harus berupa nomor port 1-65535", "must be a port number 1-65535")
            return default
        return int(value)

    def seconds(self, name: str, default: int, most: int) -> int:
        value = self.text(name) or str(default)
        if not value.isdigit() or not 0 < int(value) <= most:
            self.complain(name, f"harus berupa detik 1-{most}", f"must be seconds 1-{most}")
            return default
        return int(value)

    def phone(self, name: str, prefix: str = "") -> str | None:
        value = self.text(name).removeprefix("whatsapp:") if prefix else self.text(name)
        if not value:
            return None
        if not E164.fullmatch(value):
            self.complain(
                name, "harus nomor E.164 seperti +622112345678", "must be an E.164 number such as +622112345678"
            )
        return value

    def phones(self, name: str) -> tuple[str, ...]:
        values = tuple(v.strip() for v in self.text(name).split(",") if v.strip())
        if any(not E164.fullmatch(v) for v in values):
            self.complain(name, "harus nomor E.164 dipisah koma", "must be E.164 numbers separated by commas")
        return values

    def networks(self, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
        found = []
        for word in self.text(name).replace(",", " ").split():
            try:
                network = ip_network(word)
            except ValueError:
                self.complain(name, f"bukan alamat IP: {word}", f"is not an IP address or network: {word}")
                continue
            if network.prefixlen == 0:
                self.complain(name, "tidak boleh mencakup semua alamat", "must not cover every address")
            found.append(network)
        return tuple(found)

    def secret_key(self) -> str:
        value = self.required("TESA_SECRET_KEY")
        if value and len(value) < 32:
            self.complain(
                "TESA_SECRET_KEY",
                "terlalu pendek, sedikitnya 32 karakter; jalankan `tesa init`",
                "is too short, at least 32 characters; run `tesa init`",
            )
        elif value and (len(set(value)) < 8 or any(word in value.lower() for word in GUESSABLE)):
            self.complain("TESA_SECRET_KEY", "terlalu mudah ditebak", "is too easy to guess")
        return value

    def public_url(self) -> str:
        value = (self.text("TESA_PUBLIC_URL") or f"http://127.0.0.1:{self.text('TESA_PORT') or 5000}").rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            self.complain("TESA_PUBLIC_URL", "bukan alamat http(s)", "is not an http(s) address")
        elif parts.path or parts.query or parts.fragment or parts.username:
            self.complain("TESA_PUBLIC_URL", "hanya skema, nama, dan port", "takes scheme, host and port only")
        elif parts.scheme == "http" and parts.hostname not in LOOPBACK:
            self.complain("TESA_PUBLIC_URL", "harus https di luar mesin ini", "must be https outside this machine")
        return value

    def base_url(self) -> str | None:
        return self.service("TWILIO_API_BASE_URL", self.text("TWILIO_API_BASE_URL")) or None

    def service(self, name: str, value: str) -> str:
        """The address of a service that we ask: https, or http on this machine. Empty stays empty."""
        value = value.rstrip("/")
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            self.complain(name, "bukan alamat http(s)", "is not an http(s) address")
        elif value and parts.scheme == "http" and parts.hostname not in LOOPBACK:
            self.complain(name, "harus https di luar mesin ini", "must be https outside this machine")
        return value

    def key_file(self, provider: str) -> tuple[Path, bool]:
        """Where the key file lies, and whether there is one at all: only the provider `file` cannot do without."""
        given = self.required("TESA_KEY_FILE") if provider == "file" else self.text("TESA_KEY_FILE")
        return (Path(given), True) if given else (Path.home() / ".config" / "tesa" / "keys", False)

    def key_provider(self) -> str:
        value = self.text("TESA_KEY_PROVIDER") or "file"
        if value not in KEY_PROVIDERS:
            self.complain("TESA_KEY_PROVIDER", "harus file, vault, atau aws", "must be file, vault or aws")
            return "file"
        return value

    def vault_keys(self, provider: str) -> VaultKeys | None:
        if provider != "vault" and not self.text("TESA_VAULT_ADDR"):
            return None
        address = self.service("TESA_VAULT_ADDR", self.required("TESA_VAULT_ADDR"))
        key, mount = self.required("TESA_VAULT_KEY"), self.text("TESA_VAULT_MOUNT") or "transit"
        for name, value in (("TESA_VAULT_KEY", key), ("TESA_VAULT_MOUNT", mount)):
            if value and not VAULT_NAME.fullmatch(value):
                self.complain(name, "hanya huruf, angka, _ . -", "takes letters, digits, _ . - only")
        file, token = self.text("TESA_VAULT_TOKEN_FILE"), self.text("TESA_VAULT_TOKEN")
        if not file and not token:
            self.complain(
                "TESA_VAULT_TOKEN_FILE", "belum diisi (atau TESA_VAULT_TOKEN)", "is not set (nor TESA_VAULT_TOKEN)"
            )
        elif file and (problem := unfit_token_file(Path(file))):
            self.complain("TESA_VAULT_TOKEN_FILE", *problem)
        return VaultKeys(address, key, mount, token, Path(file) if file else None)

    def aws_keys(self, provider: str) -> AwsKeys | None:
        if provider != "aws" and not self.text("TESA_AWS_KMS_KEY"):
            return None
        arns = tuple(v.strip() for v in self.required("TESA_AWS_KMS_KEY").split(",") if v.strip())
        found = [KEY_ARN.fullmatch(arn) for arn in arns]
        if not all(found):
            self.complain(
                "TESA_AWS_KMS_KEY",
                "harus ARN kunci (arn:aws:kms:…:key/…), bukan alias; beberapa dipisah koma, yang pertama membungkus",
                "must be the ARN of a key (arn:aws:kms:…:key/…), no alias; several separated by commas, the first wraps",
            )
        region = self.text("TESA_AWS_REGION") or next((match[1] for match in found if match), "")
        endpoint = self.text("TESA_AWS_ENDPOINT")
        return AwsKeys(arns, region, self.service("TESA_AWS_ENDPOINT", endpoint) if endpoint else None)

    def softphone(self) -> Softphone | None:
        """All three settings of the telephone in the browser, or none."""
        names = ("TWILIO_API_KEY", "TWILIO_API_SECRET", "TWILIO_TWIML_APP_SID")
        key, secret, app = map(self.text, names)
        if not (key or secret or app):
            return None
        for name, value in zip(names, (key, secret, app), strict=True):
            if not value:
                self.complain(name, "belum diisi; telepon di peramban perlu ketiganya", "is not set; all three or none")
        if key and not API_KEY.fullmatch(key):
            self.complain("TWILIO_API_KEY", "harus SK dan 32 angka heksadesimal", "must be SK and 32 hex digits")
        if app and not TWIML_APP.fullmatch(app):
            self.complain("TWILIO_TWIML_APP_SID", "harus AP dan 32 angka heksadesimal", "must be AP and 32 hex digits")
        return Softphone(key, secret, app)

    def fallback_bucket(self) -> Bucket | None:
        """The bucket of the document; its name without the other settings is no bucket."""
        name = self.text("TESA_FALLBACK_BUCKET")
        if not name:
            return None
        if not BUCKET.fullmatch(name):
            self.complain("TESA_FALLBACK_BUCKET", "bukan nama bucket", "is not the name of a bucket")
        endpoint = self.service("TESA_FALLBACK_ENDPOINT", self.text("TESA_FALLBACK_ENDPOINT")) or None
        region = self.text("TESA_FALLBACK_REGION") or ("us-east-1" if endpoint else "")
        if not region:
            self.complain(
                "TESA_FALLBACK_REGION", "belum diisi (atau TESA_FALLBACK_ENDPOINT)", "is not set (nor the endpoint)"
            )
        key_id, secret = self.required("TESA_FALLBACK_KEY_ID"), self.required("TESA_FALLBACK_KEY_SECRET")
        return Bucket(name, endpoint, region, key_id, secret)

    def fallback_name(self) -> str:
        name = self.text("TESA_FALLBACK_NAME") or "hotline.xml"
        if not FILE_NAME.fullmatch(name) or not name.endswith(".xml"):
            self.complain("TESA_FALLBACK_NAME", "harus nama berkas .xml", "must be the name of an .xml file")
        return name

    def self_call_number(self) -> str | None:
        """A second number of ours: the line cannot call itself from the number that it calls."""
        value = self.phone("TESA_SELF_CALL_NUMBER")
        if value and value == self.text("TESA_VOICE_NUMBER"):
            self.complain(
                "TESA_SELF_CALL_NUMBER",
                "harus nomor lain daripada TESA_VOICE_NUMBER",
                "must be another number than TESA_VOICE_NUMBER",
            )
        return value

    def time_of_day(self, name: str, default: time) -> time:
        value = self.text(name)
        if not value:
            return default
        if not TIME_OF_DAY.fullmatch(value):
            self.complain(name, "harus jam seperti 06:30", "must be a time such as 06:30")
            return default
        return time.fromisoformat(value)

    def zone(self) -> ZoneInfo:
        name = self.text("TESA_TIME_ZONE") or "Asia/Jakarta"
        try:
            return ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            self.complain("TESA_TIME_ZONE", "zona waktu tidak dikenal", "is not a known time zone")
            return ZoneInfo("Asia/Jakarta")

    def account(self) -> tuple[str, tuple[str, ...]]:
        if not self.need_telephony and not self.text("TWILIO_ACCOUNT_SID"):
            return "AC" + "0" * 32, (secrets.token_hex(16),)  # an account nobody has: no request can be signed for it
        sid = self.required("TWILIO_ACCOUNT_SID")
        if sid and not ACCOUNT_SID.fullmatch(sid):
            self.complain("TWILIO_ACCOUNT_SID", "harus AC dan 32 angka heksadesimal", "must be AC and 32 hex digits")
        tokens = [self.required("TWILIO_AUTH_TOKEN"), self.text("TWILIO_AUTH_TOKEN_SECONDARY")]
        return sid, tuple(t for t in tokens if t)

    def settings(self) -> Settings:
        if self.text("FLASK_DEBUG") not in ("", "0"):
            self.complain("FLASK_DEBUG", "tidak boleh dinyalakan", "must not be on")
        sid, tokens = self.account()
        provider = self.key_provider()
        key_file, file_keys = self.key_file(provider)
        voice = self.phone("TESA_VOICE_NUMBER")
        if not voice and self.need_telephony:
            self.complain("TESA_VOICE_NUMBER", "belum diisi", "is not set")
        result = Settings(
            database_url=self.text("TESA_DATABASE_URL") or DEFAULT_DATABASE,
            public_url=self.public_url(),
            secret_key=self.secret_key(),
            key_file=key_file,
            file_keys=file_keys,
            key_provider=provider,
            vault_keys=self.vault_keys(provider),
            aws_keys=self.aws_keys(provider),
            twilio_account_sid=sid,
            twilio_auth_tokens=tokens,
            twilio_api_base_url=self.base_url(),
            voice_number=voice or "",
            whatsapp_number=self.phone("TESA_WHATSAPP_NUMBER", "whatsapp:"),
            sms_number=self.phone("TESA_SMS_NUMBER"),
            port=self.number("TESA_PORT", 5000),
            bind=self.text("TESA_BIND") or "127.0.0.1",
            time_zone=self.zone(),
            coordinator_numbers=self.phones("TESA_COORDINATOR_NUMBERS"),
            wrap_up_seconds=self.seconds("TESA_WRAP_UP_SECONDS", 180, most=3600),
            metrics_token=self.text("TESA_METRICS_TOKEN") or None,
            trusted_proxies=self.networks("TESA_TRUSTED_PROXIES"),
            practice_url=self.text("TESA_PRACTICE_URL") or None,
            fallback_dir=Path(place) if (place := self.text("TESA_FALLBACK_DIR")) else None,
            fallback_bucket=self.fallback_bucket(),
            fallback_name=self.fallback_name(),
            fallback_url=self.service("TESA_FALLBACK_URL", self.text("TESA_FALLBACK_URL")) or None,
            self_call_number=self.self_call_number(),
            softphone=self.softphone(),
            self_call_at=self.time_of_day("TESA_SELF_CALL_AT", time(6, 30)),
            audit_dir=Path(folder) if (folder := self.text("TESA_AUDIT_DIR")) else None,
        )
        if self.problems:
            raise UnfitSettings(self.problems)
        return result
