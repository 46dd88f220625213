"""What can be seen on the disk: who may read the secrets, whether there is room."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import make_url

from config import Settings
from tesa.doctor.finding import Finding, found

LEAST_FREE = 0.10  # of the disk
OTHERS = 0o077
WRITTEN_BY_OTHERS = 0o022
PROGRAM = Path(__file__).parents[2]


def look_at_files(settings: Settings, env_file: Path) -> Iterator[Finding]:
    """Lines for `.env`, the key file, the second place, the SQLite file and the disk."""
    if env_file.exists():
        yield _private("env-file", env_file)
    if settings.file_keys:
        yield _key_file(settings.key_file)
    yield _second_place(settings.second_place)
    path = database_file(settings)
    if path is not None:
        yield _database(path)
    disk = shutil.disk_usage(path.parent if path is not None and path.parent.exists() else Path.cwd())
    free = disk.free / disk.total
    yield found(
        "disk", free > LEAST_FREE, f"{free:.0%} bebas / free", f"{free:.0%} bebas; kosongkan ruang / free; make room"
    )


def database_file(settings: Settings) -> Path | None:
    """The SQLite file; None for another database."""
    url = make_url(settings.database_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _private(name: str, path: Path) -> Finding:
    mode = _mode(path)
    return found(
        name,
        not mode & OTHERS,
        f"{path} {mode:o}",
        f"{path} {mode:o}: dapat dibaca orang lain; jalankan chmod 600 / can be read by others; run chmod 600",
    )


def _key_file(path: Path) -> Finding:
    if not path.is_file():
        return Finding("key-file", False, f"{path}: tidak ada; jalankan `tesa init` / is not there; run `tesa init`")
    problems = []
    if path.resolve().is_relative_to(PROGRAM):
        problems.append("terletak di antara berkas program; pindahkan / lies among the program's files; move it")
    if _mode(path) & OTHERS:
        problems.append("dapat dibaca orang lain; chmod 600 / can be read by others; chmod 600")
    if path.stat().st_uid not in {0, os.geteuid()}:
        problems.append("milik orang lain; chown / belongs to somebody else; chown")
    if _mode(path.parent) & WRITTEN_BY_OTHERS:
        problems.append(
            f"folder {path.parent} dapat ditulisi orang lain; chmod 700 / can be written by others; chmod 700"
        )
    return Finding("key-file", not problems, f"{path}: " + ("; ".join(problems) or f"{_mode(path):o}"))


def _second_place(path: Path) -> Finding:
    if not path.is_dir():
        return Finding(
            "second-place", None, f"{path}: dibuat saat pertama kali dipakai / is made when it is first used"
        )
    fit = os.access(path, os.W_OK) and not _mode(path) & WRITTEN_BY_OTHERS
    return found(
        "second-place",
        fit,
        str(path),
        f"{path} {_mode(path):o}: harus dapat ditulisi TeSA saja; chmod 700 (TESA_AUDIT_DIR) / must be writable for TeSA "
        "alone; chmod 700 (TESA_AUDIT_DIR)",
    )


def _database(path: Path) -> Finding:
    if not path.is_file():
        return Finding(
            "database-file", False, f"{path}: tidak ada; jalankan `tesa init` / is not there; run `tesa init`"
        )
    if _mode(path.parent) & WRITTEN_BY_OTHERS:
        return Finding(
            "database-file",
            False,
            f"{path.parent} dapat ditulisi orang lain; chmod 700 / can be written by others; chmod 700",
        )
    return _private("database-file", path)
