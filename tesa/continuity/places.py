"""Where the document is exported to: a directory, and a bucket that speaks S3. Both are replaced as a whole or not at all."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from config import Settings
from tesa.core.outside import Bucket

TWIML_TYPE = "text/xml; charset=utf-8"
JSON_TYPE = "application/json"
FILE_MODE = 0o640  # numbers of staff: for us and for the group of the server that hands it out, for nobody else
FOLDER_MODE = 0o750


class PlaceFailed(Exception):
    """Nothing can be read from or written to a place now; the text is a short code without anybody's data."""


class Store(Protocol):
    """What a place can do."""

    def write(self, name: str, content: bytes, content_type: str) -> None:
        """Put `content` under `name`, whole or not at all. Raises PlaceFailed."""
        ...

    def read(self, name: str) -> bytes | None:
        """What stands under `name`; None: nothing. Raises PlaceFailed."""
        ...


@dataclass(frozen=True)
class Checked:
    """When the document of a place was last found right."""

    at: datetime
    digest: str


@dataclass(frozen=True)
class Place:
    """A place by its name in the table: directory or bucket. `where` says it to an operator."""

    name: str
    where: str
    store: Store
    file: str

    def keep(self, body: bytes, digest: str, now: datetime) -> None:
        """Put the document there if another one (or none) is, and the time beside it. Raises PlaceFailed."""
        if self.store.read(self.file) != body:
            self.store.write(self.file, body, TWIML_TYPE)
        checked = json.dumps({"checked_at": now.isoformat(), "sha256": digest})
        self.store.write(self.time_file, checked.encode(), JSON_TYPE)

    def document(self) -> bytes | None:
        """The document that is there. Raises PlaceFailed."""
        return self.store.read(self.file)

    def checked(self) -> Checked | None:
        """The time beside it. Raises PlaceFailed."""
        content = self.store.read(self.time_file)
        if content is None:
            return None
        try:
            said = json.loads(content)
            return Checked(datetime.fromisoformat(said["checked_at"]), str(said["sha256"]))
        except (ValueError, KeyError, TypeError):
            return None

    @property
    def time_file(self) -> str:
        """Where the time stands."""
        return self.file.removesuffix(".xml") + ".checked.json"


class Directory:
    """A folder on this machine, for a web server that runs without TeSA or for a copy to one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, content: bytes, content_type: str) -> None:
        """See Store: a new file takes the old one's name."""
        beside = self.folder / f".{name}.{secrets.token_hex(6)}"
        try:
            self.folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb") as file:
                os.fchmod(file.fileno(), FILE_MODE)
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.folder / name)
        except OSError as error:
            with suppress(OSError):
                beside.unlink()
            raise PlaceFailed(error.strerror or type(error).__name__) from error

    def read(self, name: str) -> bytes | None:
        """See Store."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise PlaceFailed(error.strerror or type(error).__name__) from error


def places(settings: Settings) -> Iterator[Place]:
    """The places of the settings. Raises PlaceFailed when a bucket is set and the package for it is missing."""
    if settings.fallback_dir is not None:
        yield Place("directory", str(settings.fallback_dir), Directory(settings.fallback_dir), settings.fallback_name)
    if settings.fallback_bucket is not None:
        where = f"{settings.fallback_bucket.endpoint or 's3'}/{settings.fallback_bucket.name}"
        yield Place("bucket", where, _bucket(settings.fallback_bucket), settings.fallback_name)


def configured(settings: Settings) -> bool:
    """Is there any place?"""
    return settings.fallback_dir is not None or settings.fallback_bucket is not None


def _bucket(bucket: Bucket) -> Store:
    try:
        from tesa.continuity.bucket import BucketStore  # an extra that few install, and heavy
    except ImportError as error:
        raise PlaceFailed(
            "TESA_FALLBACK_BUCKET: pasang paket boto3 / install the package boto3: pip install 'tesa[bucket]'"
        ) from error
    return BucketStore(bucket)
