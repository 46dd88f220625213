"""The recovery sheet: printed, typed in again with every slip a tired person makes, and the file is the same."""

from __future__ import annotations

import os
import re
import string
from pathlib import Path

import pytest
from click.testing import CliRunner

from tesa.core.vault import KeyFileProblem, create_key_file
from tesa.core.vault.key_file import key_name, local_provider
from tesa.core.vault.recovery import ALPHABET, SheetProblem, keys_of, recover, sheet_of, write_sheet
from tesa.core.vault.recovery_cli import recover_command

KEYS = {key_name(key): key for key in (bytes(range(32)), bytes(32), b"\xff" * 32)}
CURRENT = key_name(bytes(range(32)))
SHEET = sheet_of(KEYS, CURRENT)
PLACES = [f"{number}-{line}" for number in (1, 2, 3) for line in (1, 2, 3, 4)]


def lines(sheet: str = SHEET) -> dict[str, str]:
    """The lines of the keys by their place."""
    return {line.split()[0]: line for line in sheet.splitlines() if re.match(r"\d-\d ", line)}


def test_the_sheet_gives_the_keys_back() -> None:
    assert keys_of(SHEET) == (KEYS, CURRENT)
    assert list(lines()) == PLACES
    for _ in range(50):
        key = os.urandom(32)
        assert keys_of(sheet_of({key_name(key): key}, key_name(key))) == ({key_name(key): key}, key_name(key))


def test_it_fits_a_sheet_and_is_plain_text() -> None:
    assert SHEET.isascii()
    assert max(len(line) for line in SHEET.splitlines()) <= 125
    for word in ("recover", "format 1", *KEYS, "tesa keys recover"):
        assert word in SHEET


@pytest.mark.parametrize(
    "change",
    [
        str.lower,
        lambda s: s.replace(" ", "  "),
        lambda s: s.replace("0", "O"),
        lambda s: s.replace("0", "o").replace("1", "l"),
        lambda s: s.replace("1", "I"),
        lambda s: s.replace("\n", "\r\n"),
        lambda s: "\n".join(reversed(s.splitlines())),
        lambda s: s + s,
        lambda s: "\n".join(lines().values()),
        lambda s: re.sub(r"(\d-\d)  (....) (....) ", r"\1: \2-\3-", s),
        lambda s: re.sub(r"(?m)^(\d)-(\d)  (....) (....) (....) (....)  (..)$", r"\1 - \2 \3\4\5\6\7", s),
    ],
)
def test_slips_that_leave_no_doubt(change) -> None:
    assert keys_of(change(SHEET)) == (KEYS, CURRENT)


@pytest.mark.parametrize("place", PLACES)
def test_a_line_with_a_typo_is_named_and_not_shown(place: str) -> None:
    line = lines()[place]
    for at in range(len(place) + 2, len(line)):
        if line[at] == " ":
            continue
        for letter in "U*" + ALPHABET[(ALPHABET.index(line[at]) + 7) % 32]:
            with pytest.raises(SheetProblem, match=f"{place}.*{place} has a typo") as problem:
                keys_of(SHEET.replace(line, line[:at] + letter + line[at + 1 :]))
            assert line[5:9] not in str(problem.value)


def test_lines_that_changed_places_are_named() -> None:
    first, second = lines()["1-1"], lines()["2-3"]
    with pytest.raises(SheetProblem, match="1-1"):
        keys_of(SHEET.replace(first, "1-1" + second[3:]))
    with pytest.raises(SheetProblem, match="1-2"):
        keys_of(SHEET.replace(lines()["1-2"], "1-2" + first[3:]))


@pytest.mark.parametrize("place", PLACES[:-1])
def test_a_missing_line_is_named(place: str) -> None:
    with pytest.raises(SheetProblem, match=f"line {place} is missing"):
        keys_of(SHEET.replace(lines()[place], ""))


def test_a_key_that_is_missing_altogether_is_noticed() -> None:
    two = "\n".join(line for place, line in lines().items() if place[0] != "3")
    with pytest.raises(SheetProblem, match="not whole"):
        keys_of(two)


def test_keys_of_two_sheets_do_not_mix() -> None:
    key, other = os.urandom(32), os.urandom(32)
    one = lines(sheet_of({key_name(key): key}, key_name(key)))
    both = lines(sheet_of({key_name(key): key, key_name(other): other}, key_name(other)))
    with pytest.raises(SheetProblem):
        keys_of("\n".join([*one.values(), *list(both.values())[4:]]))
    for place in ("1-1", "1-2", "1-3", "1-4"):
        foreign = lines(sheet_of({key_name(other): other}, key_name(other)))
        with pytest.raises(SheetProblem, match="checksum"):
            keys_of("\n".join({**one, place: foreign[place]}.values()))


@pytest.mark.parametrize("text", ["", "halo", "1-1", "1-1 ", "99-4 x", string.printable, "1-1  AAAA", "\0" * 1000])
def test_what_is_no_sheet(text: str) -> None:
    with pytest.raises(SheetProblem):
        keys_of(text)


def test_the_file_is_the_same_and_nothing_is_overwritten(tmp_path: Path) -> None:
    create_key_file(tmp_path / "keys")
    before = local_provider(tmp_path / "keys")
    write_sheet(tmp_path / "sheet", sheet_of(before.snapshot().keys(), before.key_id))
    assert (tmp_path / "sheet").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        write_sheet(tmp_path / "sheet", "x")
    wrapped = before.wrap(b"k" * 32, b"aad")
    sheet = (tmp_path / "sheet").read_text()
    with pytest.raises(KeyFileProblem, match="TESA_KEY_FILE"):
        recover(sheet, tmp_path / "keys")
    assert recover(sheet, tmp_path / "new" / "keys") == [before.key_id]
    after = local_provider(tmp_path / "new" / "keys")
    assert (tmp_path / "new" / "keys").stat().st_mode & 0o777 == 0o600
    assert after.unwrap(wrapped, b"aad", after.key_id) == b"k" * 32


@pytest.mark.parametrize("source", ["sheet", "-"])
def test_the_command(tmp_path: Path, source: str) -> None:
    (tmp_path / "sheet").write_text(SHEET)
    where = str(tmp_path / "sheet") if source == "sheet" else "-"
    keys = tmp_path / "keys"
    done = CliRunner().invoke(recover_command, [where], input=SHEET, env={"TESA_KEY_FILE": str(keys)})
    assert (done.exit_code, local_provider(keys).key_id) == (0, CURRENT)
    assert all(name in done.output for name in KEYS)
    assert not any(group in done.output for line in lines().values() for group in line.split()[1:5])
    again = CliRunner().invoke(recover_command, [where, "--to", str(keys)], input=SHEET)
    assert (again.exit_code, "TESA_KEY_FILE" in again.stderr) == (1, True)


def test_the_command_names_the_line(tmp_path: Path) -> None:
    wrong = SHEET.replace(lines()["2-3"], lines()["2-3"][:-1] + "*")
    done = CliRunner().invoke(recover_command, ["-", "--to", str(tmp_path / "keys")], input=wrong)
    assert (done.exit_code, "2-3" in done.stderr) == (1, True)
    assert not (tmp_path / "keys").exists()
