"""The kecamatan of Kota Bekasi and their kelurahan: public data, shipped as a table."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).parent / "data" / "kota_bekasi.csv"


@dataclass(frozen=True)
class Kecamatan:
    """One district. `code` is the official one, such as 32.75.01."""

    code: str
    name: str
    kelurahan: tuple[str, ...]


def _read() -> dict[str, Kecamatan]:
    names: dict[str, str] = {}
    parts: dict[str, list[str]] = {}
    with FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names[row["kecamatan_code"]] = row["kecamatan"]
            parts.setdefault(row["kecamatan_code"], []).append(row["kelurahan"])
    return {code: Kecamatan(code, names[code], tuple(parts[code])) for code in sorted(names)}


KECAMATAN = _read()
"""All twelve by code."""
_CODES = {_key: k.code for k in KECAMATAN.values() for _key in (k.code, "".join(k.name.casefold().split()))}


def code_of(text: str | None) -> str | None:
    """The code of the kecamatan that `text` names by code or by name, in any case and spacing; None if none."""
    return _CODES.get("".join(text.casefold().split())) if text else None


def name_of(code: str | None) -> str:
    """The name of a kecamatan; empty when the code is none of ours."""
    found = KECAMATAN.get(code or "")
    return found.name if found else ""
