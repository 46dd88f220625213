"""What lies on paper and on disk is written exactly as its module says: made again here with nothing but hashes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import sys
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tesa.core.outside import AwsKeys, VaultKeys
from tesa.core.vault import KeyFileProblem, KeysAway, TombstoneFile
from tesa.core.vault import choice as choices
from tesa.core.vault.key_file import key_name, local_provider, write_key_file
from tesa.core.vault.recovery import HEAD, SheetProblem, keys_of, recover, sheet_of
from tesa.core.vault.tombstones import BrokenTombstones, Tombstone

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
OLD, NEW = bytes(range(32)), bytes(range(32, 64))
KEYS = {key_name(key): key for key in (OLD, NEW)}


def letters(content: bytes) -> str:
    """Base32 after Crockford, bit by bit."""
    bits = "".join(f"{byte:08b}" for byte in content)
    return "".join(CROCKFORD[int(bits[i : i + 5], 2)] for i in range(0, len(bits), 5))


def page_of(number: int, key: bytes, head: int, count: int) -> list[str]:
    """The four lines of a key."""
    body = bytes([head, count]) + key
    text = letters(body + hashlib.sha256(b"tesa recovery sheet" + body).digest()[:6])
    lines = []
    for line in range(1, 5):
        part = text[(line - 1) * 16 : line * 16]
        digest = hashlib.sha256(f"tesa recovery line {number} {line} {part}".encode()).digest()
        check = f"{digest[0]:08b}{digest[1]:08b}"[:10]
        groups = " ".join(part[i : i + 4] for i in range(0, 16, 4))
        lines.append(f"{number}-{line}  {groups}  {CROCKFORD[int(check[:5], 2)]}{CROCKFORD[int(check[5:], 2)]}")
    return lines


def test_a_sheet_is_written_as_described_the_current_key_first() -> None:
    old, new = key_name(OLD), key_name(NEW)
    for current, other in ((old, new), (new, old)):
        written = [
            *HEAD.format(format=1).splitlines(),
            "",
            f"Kunci / key 1: {current} (dipakai / current)",
            *page_of(1, KEYS[current], 0x11, 2),
            "",
            f"Kunci / key 2: {other}",
            *page_of(2, KEYS[other], 0x10, 2),
            "",
        ]
        assert [line for line in sheet_of(KEYS, current).split("\n") if line] == [line for line in written if line]


@pytest.mark.parametrize(("head", "count"), [(0x21, 1), (0x12, 1), (0x13, 1), (0x01, 1)])
def test_a_sheet_of_another_format_is_refused(head: int, count: int) -> None:
    with pytest.raises(SheetProblem, match=r"kunci 1: format tidak dikenal / key 1: of an unknown format"):
        keys_of("\n".join(page_of(1, OLD, head, count)))


@pytest.mark.parametrize(
    "pages",
    [
        [page_of(1, OLD, 0x11, 2)],  # one of two
        [page_of(1, OLD, 0x10, 1)],  # none is current
        [page_of(1, OLD, 0x11, 2), page_of(2, NEW, 0x11, 2)],  # both are
        [page_of(1, OLD, 0x11, 1), page_of(2, OLD, 0x11, 1)],  # the same twice
        [page_of(1, OLD, 0x11, 2), page_of(2, NEW, 0x10, 3)],  # of two sheets
    ],
)
def test_a_sheet_that_is_not_whole_is_refused(pages: list[list[str]]) -> None:
    with pytest.raises(SheetProblem) as refused:
        keys_of("\n".join(line for page in pages for line in page))
    told = "lembar tidak lengkap, atau campuran / the sheet is not whole, or of several sheets"
    assert str(refused.value) == told


def test_an_empty_sheet_and_one_with_too_many_keys() -> None:
    with pytest.raises(SheetProblem) as refused:
        keys_of("1-5 nothing")
    assert str(refused.value) == "tidak ada baris kunci (1-1 …) / there is no line of a key (1-1 …)"
    many = {key_name(key): key for key in (number.to_bytes(32, "big") for number in range(100))}
    first = next(iter(many))
    with pytest.raises(SheetProblem, match="too many keys"):
        sheet_of(many, first)
    del many[first]
    current = next(iter(many))
    assert keys_of(sheet_of(many, current)) == (many, current)


@pytest.mark.parametrize("current", KEYS)
def test_recovering_makes_private_folders_and_names_the_current_key_first(tmp_path: Path, current: str) -> None:
    path = tmp_path / "new" / "deep" / "keys"
    assert recover(sheet_of(KEYS, current), path) == [current, next(name for name in KEYS if name != current)]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_key_file_is_written_as_described(tmp_path: Path) -> None:
    path, current = tmp_path / "keys", key_name(NEW)
    write_key_file(path, KEYS, current)
    text = path.read_text("ascii")
    expected = {"format": 1, "current": current, "keys": {n: base64.b64encode(k).decode() for n, k in KEYS.items()}}
    assert json.loads(text) == expected
    assert text.count("\n") == 7  # a key a line: it is looked at by people


def test_half_a_key_file_is_taken_away_again(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    with pytest.raises(TypeError):
        write_key_file(path, {"kek": OLD}, object())  # type: ignore[arg-type]
    assert not path.exists()


def test_a_key_file_that_cannot_be_read_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "none"
    with pytest.raises(KeyFileProblem) as refused:
        local_provider(path)
    told = f"TESA_KEY_FILE: {path} tidak dapat dibaca; jalankan `tesa init` / cannot be read; run `tesa init`"
    assert str(refused.value) == told


STONES = [
    Tombstone(uuid.UUID(int=n), uuid.UUID(int=n + 100), "note", "due", datetime(2026, 11, n, 2, tzinfo=UTC))
    for n in (1, 2, 3)
]


@pytest.fixture
def stones(tmp_path: Path) -> TombstoneFile:
    write_key_file(tmp_path / "keys", {key_name(NEW): NEW}, key_name(NEW))
    file = TombstoneFile(tmp_path / "second", local_provider(tmp_path / "keys"))
    file.append(*STONES[:2])
    file.append(STONES[2])
    return file


def test_each_tombstone_is_bound_to_all_before_it(stones: TombstoneFile) -> None:
    lines = [json.loads(line) for line in stones.path.read_text("ascii").splitlines()]
    bound = b"".join(len(part).to_bytes(4, "big") + part for part in (b"tesa tombstones", key_name(NEW).encode()))
    secret = local_provider(stones.path.parents[1] / "keys").unwrap(
        base64.b64decode(lines[0]["wrapped"]), bound, key_name(NEW)
    )
    before = "0" * 64
    assert [line["seq"] for line in lines[1:]] == [1, 2, 3]
    for line in lines[1:]:
        mac = line.pop("mac")
        said = json.dumps(line, sort_keys=True, separators=(",", ":")).encode()
        parts = (b"tesa tombstone", before.encode(), said)
        whole = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        assert hmac.new(secret, whole, hashlib.sha256).hexdigest() == mac
        before = mac
    assert stones.read() == STONES


def test_a_broken_tombstone_is_named_by_its_number(stones: TombstoneFile) -> None:
    stones.path.write_text(stones.path.read_text("ascii").replace('"seq":2', '"seq":7'))
    with pytest.raises(BrokenTombstones) as broken:
        stones.read()
    assert str(broken.value) == f"{stones.path} rusak pada baris / is broken at tombstone 2"


def test_a_file_of_tombstones_that_is_gone_or_of_another_house_says_so(stones: TombstoneFile, tmp_path: Path) -> None:
    write_key_file(tmp_path / "other", {key_name(OLD): OLD}, key_name(OLD))
    with pytest.raises(BrokenTombstones) as closed:
        TombstoneFile(stones.path.parent, local_provider(tmp_path / "other")).read()
    assert str(closed.value) == f"{stones.path} tidak terbuka dengan kunci ini / is not opened by this key"
    stones.path.unlink()
    with pytest.raises(BrokenTombstones) as gone:
        stones.read()
    assert str(gone.value) == f"{stones.path} tidak ada / is missing"


@pytest.mark.parametrize(
    ("module", "make", "told"),
    [
        (
            "tesa.core.vault.providers.vault_transit",
            lambda: choices._transit(VaultKeys("http://127.0.0.1:1", "k", "transit", "t", None)),
            "TESA_KEY_PROVIDER: untuk vault pasang paket hvac: pip install 'tesa[keys]' / "
            "vault needs the package hvac: pip install 'tesa[keys]'",
        ),
        (
            "tesa.core.vault.providers.aws_kms",
            lambda: choices._kms(AwsKeys(("arn",), "x", None)),
            "TESA_KEY_PROVIDER: untuk aws pasang paket boto3: pip install 'tesa[keys]' / "
            "aws needs the package boto3: pip install 'tesa[keys]'",
        ),
    ],
)
def test_a_missing_package_is_named(module: str, make, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(KeyFileProblem) as refused:
        make()
    assert str(refused.value) == told


def test_a_token_file_that_cannot_be_read_says_why_and_nothing_of_it(tmp_path: Path) -> None:
    keys = VaultKeys("http://127.0.0.1:1", "k", "transit", "t", tmp_path / "token")
    for content, why in ((None, "FileNotFoundError"), (b"\xff", "UnicodeDecodeError")):
        if content is not None:
            (tmp_path / "token").write_bytes(content)
        with pytest.raises(KeysAway) as away:
            choices._token(keys)
        assert str(away.value) == f"TESA_VAULT_TOKEN_FILE cannot be read: {why}"
