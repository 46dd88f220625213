"""The recovery sheet: the key file on paper, to be typed in again when machine and backups are lost.

It holds all keys of the file, for any of them may be all that opens a row, and says which one is current. Each key is 40
bytes: format (high half) and 1 for the current key (low half), how many keys the sheet has, 32 bytes of key, the first 6
bytes of SHA-256 over what stands before. In Crockford's base32, which has no I, L, O and U, that is four lines of four
groups of four. Behind each line stand two more letters, 10 bits of SHA-256 over its place and letters; so a line with a
typo is named, and never what stands in it.

    1-1  20G4 0R40 M30E 209G  7Q

Whoever reads it back may write small letters, leave out spaces, and take 0 for O or 1 for I and L.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from tesa.core.vault.errors import KeyFileProblem
from tesa.core.vault.key_file import key_name, write_key_file
from tesa.core.vault.provider import KEY_BYTES

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FORMAT = 1
LINES, LETTERS, CHECK = 4, 16, 2
MOST_KEYS = 99
LARGEST = 256 * 1024  # characters of a sheet
LINE = re.compile(r"\s*([0-9OIL]{1,2})\s*-\s*([1-4IL])[\s:.]+(\S.*?)\s*", re.IGNORECASE)
READ_ALIKE = str.maketrans("OIL", "011", " -\t")

HEAD = """\
TeSA - LEMBAR PEMULIHAN KUNCI / KEY RECOVERY SHEET                                    format {format}

Cetak, periksa, lalu simpan di dua tempat terkunci; hapus berkas ini. Siapa pun yang memegang lembar ini dan salinan
basis data dapat membaca semuanya. Tanpa kunci ini tidak ada yang dapat membuka basis data lagi. Buat lembar baru
sesudah `tesa keys rotate`: tesa init --recovery-sheet BERKAS
Memulihkan: ketik baris-baris di bawah ke sebuah berkas, lalu: tesa keys recover BERKAS

Print, check, then keep it in two locked places; delete this file. Whoever holds this sheet and a copy of the database can
read everything. Without these keys nobody can ever open the database again. Make a new sheet after `tesa keys rotate`:
tesa init --recovery-sheet FILE
To recover: type the lines below into a file, then: tesa keys recover FILE
"""


class SheetProblem(Exception):
    """The sheet does not give the keys; the sentence names the line (Indonesian / English), never what it holds."""


def sheet_of(keys: Mapping[str, bytes], current: str) -> str:
    """The sheet for these keys, the current one first. Raises SheetProblem when there are more than 99."""
    if len(keys) > MOST_KEYS:
        raise SheetProblem("terlalu banyak kunci untuk selembar; pensiunkan yang lama / too many keys for a sheet")
    parts = [HEAD.format(format=FORMAT)]
    for number, name in enumerate(sorted(keys, key=lambda name: (name != current, name)), 1):
        parts.append(f"Kunci / key {number}: {name}" + (" (dipakai / current)" if name == current else ""))
        text = _letters(_content(keys[name], name == current, len(keys)))
        for line in range(1, LINES + 1):
            letters = text[(line - 1) * LETTERS : line * LETTERS]
            groups = " ".join(letters[i : i + 4] for i in range(0, LETTERS, 4))
            parts.append(f"{number}-{line}  {groups}  {_check(number, line, letters)}")
        parts.append("")
    return "\n".join(parts)


def keys_of(sheet: str) -> tuple[dict[str, bytes], str]:
    """The keys of a sheet by id, and the id of the current one. Raises SheetProblem naming the first line that is wrong."""
    lines = _lines(sheet[:LARGEST])
    if not lines:
        raise SheetProblem("tidak ada baris kunci (1-1 …) / there is no line of a key (1-1 …)")
    found: dict[str, bytes] = {}
    current: list[str] = []
    counts = set()
    numbers = range(1, max(number for number, _ in lines) + 1)
    for number in numbers:
        for line in range(1, LINES + 1):
            if (number, line) not in lines:
                raise SheetProblem(f"baris {number}-{line} tidak ada / line {number}-{line} is missing")
        content = _bytes("".join(lines[number, line] for line in range(1, LINES + 1)))
        head, count, key, checksum = content[0], content[1], content[2:-6], content[-6:]
        if checksum != _checksum(content[:-6]):
            raise SheetProblem(f"kunci {number}: jumlah periksa tidak cocok / key {number}: its checksum does not fit")
        if head >> 4 != FORMAT or head & 0xF > 1:
            raise SheetProblem(f"kunci {number}: format tidak dikenal / key {number}: of an unknown format")
        found[key_name(key)] = key
        counts.add(count)
        if head & 1:
            current.append(key_name(key))
    if counts != {len(found)} or len(numbers) != len(found) or len(current) != 1:
        raise SheetProblem("lembar tidak lengkap, atau campuran / the sheet is not whole, or of several sheets")
    return found, current[0]


def write_sheet(path: Path, sheet: str) -> None:
    """Write it to a new file that only its owner may read. Raises OSError; FileExistsError when there is one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(sheet)
        file.flush()
        os.fsync(file.fileno())


def recover(sheet: str, path: Path) -> list[str]:
    """Write the key file at `path` from a sheet; the ids of its keys, the current one first.

    Raises SheetProblem, and KeyFileProblem when there is a file already: it may be all that opens a database.
    """
    keys, current = keys_of(sheet)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_key_file(path, keys, current)
    except FileExistsError as error:
        raise KeyFileProblem(
            f"TESA_KEY_FILE: {path} sudah ada dan tidak ditimpa / exists already and is not overwritten"
        ) from error
    return sorted(keys, key=lambda name: (name != current, name))


def _content(key: bytes, is_current: bool, count: int) -> bytes:
    content = bytes([FORMAT << 4 | is_current, count]) + key
    return content + _checksum(content)


def _checksum(content: bytes) -> bytes:
    return hashlib.sha256(b"tesa recovery sheet" + content).digest()[:6]


def _letters(content: bytes) -> str:
    number = int.from_bytes(content, "big")
    return "".join(ALPHABET[number >> shift & 31] for shift in range(len(content) * 8 - 5, -1, -5))


def _bytes(letters: str) -> bytes:
    number = 0
    for letter in letters:
        number = number << 5 | ALPHABET.index(letter)
    return number.to_bytes(2 + KEY_BYTES + 6, "big")


def _check(number: int, line: int, letters: str) -> str:
    digest = hashlib.sha256(f"tesa recovery line {number} {line} {letters}".encode()).digest()
    bits = int.from_bytes(digest[:2], "big") >> 6
    return ALPHABET[bits >> 5] + ALPHABET[bits & 31]


def _lines(sheet: str) -> dict[tuple[int, int], str]:
    """The letters of each line by its place. All else on the sheet is passed over."""
    found: dict[tuple[int, int], str] = {}
    for text in sheet.splitlines():
        match = LINE.fullmatch(text)
        if match is None:
            continue
        number, line = (int(match[i].upper().translate(READ_ALIKE)) for i in (1, 2))
        letters = match[3].upper().translate(READ_ALIKE)
        known = len(letters) == LETTERS + CHECK and set(letters) <= set(ALPHABET)
        if not known or _check(number, line, letters[:LETTERS]) != letters[LETTERS:]:
            raise SheetProblem(f"baris {number}-{line}: ada salah ketik / line {number}-{line} has a typo")
        if found.setdefault((number, line), letters[:LETTERS]) != letters[:LETTERS]:
            raise SheetProblem(f"baris {number}-{line} ada dua kali / line {number}-{line} is there twice")
    return found
