"""A key file that is not fit is refused, by name."""

from __future__ import annotations

import base64
import json
import os
import traceback
from pathlib import Path

import pytest

from tesa.core.vault import KeyFileProblem, Unopenable, create_key_file, local_provider
from tesa.core.vault.key_file import key_name
from tests.core.vault.memory_store import make_provider


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
    with pytest.raises(KeyFileProblem, match="TESA_KEY_FILE"):
        local_provider(path, forbidden_root=path.parent)
    outside = path.parent / "program"
    outside.mkdir()
    assert local_provider(path, forbidden_root=outside).key_id.startswith("kek-")


def test_the_data_folder_below_the_program_is_allowed(tmp_path: Path) -> None:
    (tmp_path / "instance" / "demo").mkdir(parents=True)
    create_key_file(tmp_path / "instance" / "demo" / "keys")
    assert local_provider(tmp_path / "instance" / "demo" / "keys", forbidden_root=tmp_path)


def test_a_link_from_outside_into_the_program_is_seen_through(
    path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    link = tmp_path_factory.mktemp("outside") / "keys"
    link.symlink_to(path)
    with pytest.raises(KeyFileProblem):
        local_provider(link, forbidden_root=path.parent)
    assert local_provider(link).key_id == local_provider(path).key_id


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for odd in (tmp_path / "pipe", tmp_path):
        with pytest.raises(KeyFileProblem, match="TESA_KEY_FILE"):
            local_provider(odd)


def test_several_keys_of_which_one_is_current(path: Path, tmp_path: Path) -> None:
    create_key_file(tmp_path / "second")
    first, second = (json.loads(p.read_text()) for p in (path, tmp_path / "second"))
    old = local_provider(path).wrap(b"k" * 32, b"aad")
    path.write_text(json.dumps({**second, "keys": {**first["keys"], **second["keys"]}}))
    provider = local_provider(path)
    assert provider.key_id == second["current"]
    assert provider.unwrap(old, b"aad", first["current"]) == b"k" * 32
    with pytest.raises(Unopenable):
        provider.unwrap(old, b"aad", second["current"])


def test_a_failed_attempt_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        create_key_file(tmp_path / "keys")
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("cut", [1, 40, 90])
def test_no_word_of_the_key_in_the_refusal(path: Path, cut: int) -> None:
    [key] = json.loads(path.read_text())["keys"].values()
    path.write_text(path.read_text().replace(key, key[: -cut % len(key)] + "!"))
    with pytest.raises(KeyFileProblem) as refusal:
        local_provider(path)
    assert key[:6] not in "".join(traceback.format_exception(refusal.value))


def test_a_wrap_says_its_algorithm_and_both_open() -> None:
    siv, gcm = make_provider("kek-one"), make_provider("kek-one")
    gcm._algorithm = 2
    for provider, algorithm in ((siv, 1), (gcm, 2)):
        wrapped = provider.wrap(b"k" * 32, b"aad")
        assert wrapped[0] == algorithm
        for reader in (siv, gcm):
            assert reader.unwrap(wrapped, b"aad", "kek-one") == b"k" * 32
        with pytest.raises(Unopenable):
            provider.unwrap(bytes([3 - algorithm]) + wrapped[1:], b"aad", "kek-one")
        with pytest.raises(Unopenable):
            provider.unwrap(bytes([3]) + wrapped[1:], b"aad", "kek-one")


def key_file_of(key: bytes) -> str:
    """A file that names its one key as it should."""
    return json.dumps({"format": 1, "current": key_name(key), "keys": {key_name(key): base64.b64encode(key).decode()}})


@pytest.mark.parametrize(
    "damage",
    [
        lambda c: "not json",
        lambda c: "[]",
        lambda c: "{}",
        lambda c: "é",
        lambda c: "[" * 60_000,
        lambda c: json.dumps(c) + " " * 70_000 + "x",
        lambda c: json.dumps({**c, "keys": list(c["keys"])}),
        lambda c: json.dumps({**c, "keys": dict.fromkeys(c["keys"], 7)}),
        lambda c: json.dumps({**c, "keys": {}}),
        lambda c: key_file_of(b"short"),
        lambda c: key_file_of(b"k" * 33),
        lambda c: json.dumps({**c, "current": "kek-other"}),
        lambda c: json.dumps({**c, "format": 2}),
        lambda c: json.dumps({**c, "keys": dict.fromkeys(c["keys"], "AAAA")}),
        lambda c: json.dumps(
            {**c, "keys": dict.fromkeys(["kek-000000000000"], *c["keys"].values()), "current": "kek-000000000000"}
        ),
    ],
)
def test_damaged(path: Path, damage) -> None:
    path.write_text(damage(json.loads(path.read_text())))
    with pytest.raises(KeyFileProblem, match="TESA_KEY_FILE"):
        local_provider(path)
