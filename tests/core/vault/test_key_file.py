"""A key file that is not fit is refused, by name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tesa.core.vault import KeyFileProblem, Unopenable, create_key_file, local_provider


@pytest.fixture
def path(tmp_path: Path) -> Path:
    create_key_file(tmp_path / "keys")
    return tmp_path / "keys"


def test_a_fresh_file_is_its_owners_alone_and_wraps(path: Path) -> None:
    assert path.stat().st_mode & 0o777 == 0o600
    provider = local_provider(path)
    wrapped = provider.wrap(b"k" * 32, b"aad")
    assert provider.unwrap(wrapped, b"aad", provider.key_id) == b"k" * 32
    with pytest.raises(Unopenable):
        provider.unwrap(wrapped, b"other", provider.key_id)
    with pytest.raises(Unopenable):
        provider.unwrap(wrapped, b"aad", "kek-of-nobody")


def test_an_existing_file_is_never_overwritten(path: Path) -> None:
    with pytest.raises(FileExistsError):
        create_key_file(path)


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(KeyFileProblem, match="TESA_KEY_FILE"):
        local_provider(tmp_path / "none")


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_readable_by_others(path: Path, mode: int) -> None:
    path.chmod(mode)
    with pytest.raises(KeyFileProblem, match="chmod 600"):
        local_provider(path)


def test_among_the_programs_files(path: Path) -> None:
    with pytest.raises(KeyFileProblem):
        local_provider(path, forbidden_root=path.parent)


@pytest.mark.parametrize(
    "damage",
    [
        lambda c: "not json",
        lambda c: "[]",
        lambda c: json.dumps({**c, "current": "kek-other"}),
        lambda c: json.dumps({**c, "format": 2}),
        lambda c: json.dumps({**c, "keys": dict.fromkeys(c["keys"], "AAAA")}),
        lambda c: json.dumps({**c, "keys": dict.fromkeys(["kek-000000000000"], *c["keys"].values()), "current": "kek-000000000000"}),
    ],
)
def test_damaged(path: Path, damage) -> None:
    path.write_text(damage(json.loads(path.read_text())))
    with pytest.raises(KeyFileProblem, match="TESA_KEY_FILE"):
        local_provider(path)
