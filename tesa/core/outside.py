"""Services outside the house that the settings name: key services, a bucket, Twilio's side of the browser's telephone."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class VaultKeys:
    """A key in HashiCorp Vault's transit engine. The token is `token`, or what `token_file` holds at the moment."""

    address: str
    key: str
    mount: str
    token: str = field(repr=False)
    token_file: Path | None


@dataclass(frozen=True)
class AwsKeys:
    """Keys in AWS KMS, by ARN: the first wraps, the others only open. `endpoint` replaces AWS's own (tests)."""

    arns: tuple[str, ...]
    region: str
    endpoint: str | None


@dataclass(frozen=True)
class Bucket:
    """An S3-compatible bucket for the document of numbers on duty. `endpoint` None: AWS's own."""

    name: str
    endpoint: str | None
    region: str
    key_id: str
    key_secret: str = field(repr=False)


@dataclass(frozen=True)
class Softphone:
    """With what Twilio lets a browser telephone: an API key that signs tokens, and the TwiML App that it may call."""

    api_key: str
    api_secret: str = field(repr=False)
    twiml_app: str


def unfit_token_file(path: Path) -> tuple[str, str] | None:
    """What is wrong with the file of Vault's token (Indonesian, English), or None."""
    try:
        mode = path.stat().st_mode
        readable = os.access(path, os.R_OK)
    except OSError:
        return "tidak ada", "does not exist"
    if not stat.S_ISREG(mode) or not readable:
        return "tidak dapat dibaca", "cannot be read"
    if stat.S_IMODE(mode) & 0o077:
        return "dapat dibaca orang lain; jalankan chmod 600", "can be read by others; run chmod 600"
    return None
