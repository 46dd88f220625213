"""`tesa audit …`: is the trail whole, and what was opened?"""

from __future__ import annotations

import csv
import json
import sys
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from tesa.accounts.audit import heads, verify
from tesa.accounts.audit.checking import Verdict
from tesa.accounts.audit.incident import Asked, Opened, opened_things
from tesa.accounts.audit.sealed import SealedCheck
from tesa.accounts.public import by_email, emails
from tesa.core import clock
from tesa.core.commands import InsideGroup, refuse
from tesa.core.vault import KeysAway, Unopenable
from tesa.telephony.inbound import settings

WHOLE, BROKEN, TRUNCATED = 0, 3, 4
REASONS = {
    "gap": "celah dalam urutan / gap in the sequence",
    "chain": "tidak menyambung dengan entri sebelumnya / does not follow the entry before",
    "mac": "isi tidak cocok dengan tanda tangannya / content and signature do not match",
    "epoch": "kunci hari yang salah / key of the wrong day",
    "unreadable": "tidak terbaca / unreadable",
}


@click.group("audit", cls=InsideGroup)
def audit_group() -> None:
    """The audit trail."""


@audit_group.command("verify")
@click.option("--data", is_flag=True, help="open everything that is sealed too, and compare it with the trail")
@click.option(
    "--head", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="a file of heads kept elsewhere; otherwise heads.jsonl in TESA_AUDIT_DIR",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="for a program")
def audit_verify(data: bool, file: Path | None, as_json: bool) -> None:
    """Walk the chain: exit 0 when it is whole, 3 when it is broken, 4 when its end was cut off or replaced."""
    folder = settings().second_place
    path = file or folder / heads.NAME
    try:
        comparison = heads.Comparison(heads.read_heads(path) if path.exists() else [])
        check = SealedCheck() if data else None
        verdict = verify(lambda entry: _look(entry, comparison, check))
        faults = check.result() if check else []
    except heads.UnreadableHeads as broken:
        click.echo(str(broken), err=True)
        sys.exit(TRUNCATED)
    except (KeysAway, Unopenable):
        refuse("Kunci jejak tidak dapat dibuka sekarang / The key of the trail cannot be opened now")
        return
    compared = comparison.result()
    found = _found(verdict, compared, faults, check)
    code = _exit_code(verdict, compared, bool(faults))
    if code == WHOLE and file is None and verdict.entries:
        heads.write_head(folder, clock.now())
    click.echo(json.dumps(found) if as_json else "\n".join(_sentences(found, path)))
    sys.exit(code)


def _look(entry: Any, comparison: heads.Comparison, check: SealedCheck | None) -> None:
    comparison.look(entry)
    if check is not None:
        check.look(entry)


def _exit_code(verdict: Verdict, compared: heads.Compared, faults: bool) -> int:
    if verdict.first_bad is not None or faults:
        return BROKEN
    return WHOLE if compared.missing is None else TRUNCATED


def _found(verdict: Verdict, compared: heads.Compared, faults: list[Any], check: SealedCheck | None) -> dict[str, Any]:
    missing = compared.missing
    found: dict[str, Any] = {
        "entries": verdict.entries,
        "head": verdict.head.hex(),
        "first_bad": verdict.first_bad,
        "reason": verdict.reason,
        "heads": compared.heads,
        "truncated": None if missing is None else {"seq": missing.seq, "at": missing.at.isoformat()},
        "restored": list(compared.restored),
    }
    if check is not None:
        found["data"] = {"opened": check.opened, "shredded": check.shredded, "faults": [vars(f) for f in faults]}
    return found


def _sentences(found: dict[str, Any], path: Path) -> list[str]:
    lines = []
    if found["first_bad"] is not None:
        lines.append(f"Rusak mulai entri / broken at entry {found['first_bad']}: {REASONS[found['reason']]}")
    else:
        lines.append(f"Utuh / whole: {found['entries']}")
    lines += [f"Cadangan dipulihkan / a backup was restored: entri / entry {seq}" for seq in found["restored"]]
    if found["truncated"]:
        lines.append(
            f"Terpotong: entri {found['truncated']['seq']} pernah ada / cut off: entry {found['truncated']['seq']} was there once"
        )
    elif found["heads"]:
        lines.append(f"Cocok dengan catatan ujung / agrees with the heads: {found['heads']} ({path})")
    else:
        lines.append(f"Belum ada catatan ujung untuk dibandingkan / no heads to compare with: {path}")
    if "data" in found:
        data = found["data"]
        lines.append(
            f"Isi tersegel terbuka / sealed values that open: {data['opened']}, dimusnahkan / shredded: {data['shredded']}"
        )
        lines += [f"  {f['column']} {f['row']}: {f['reason']}" for f in data["faults"]]
    return lines


@audit_group.command("incident")
@click.option("--session", type=click.UUID, help="of this session only")
@click.option("--user", help="by the person with this e-mail address or id only")
@click.option("--from", "since", help="not before this moment (ISO 8601; without an offset: the site's zone)")
@click.option("--to", help="before this moment")
@click.option("--case", "case_id", type=click.UUID, help="about this case only")
@click.option("--json", "as_json", is_flag=True, help="for a program")
@click.option("--csv", "as_csv", is_flag=True, help="for a spreadsheet")
def audit_incident(
    session: uuid.UUID | None, user: str | None, since: str | None, to: str | None,
    case_id: uuid.UUID | None, as_json: bool, as_csv: bool,
) -> None:  # fmt: skip
    """What was opened: who, when, which thing, about which case, and the hash of its ciphertext."""
    if not any((session, user, since, to, case_id)):
        raise click.UsageError("--session, --user, --from, --to / --case?")
    asked = Asked(session, _account(user), _moment("--from", since), _moment("--to", to), case_id)
    opened = opened_things(asked)
    address = emails({o.actor_id for o in opened if o.actor_id})
    if as_json:
        click.echo(json.dumps([_row(o, address) for o in opened]))
    elif as_csv:
        _write_csv(opened, address)
    else:
        _write_report(opened, address)


def _account(user: str | None) -> uuid.UUID | None:
    if user is None:
        return None
    try:
        return uuid.UUID(user)
    except ValueError:
        person = by_email(user)
        if person is None:
            refuse("Orang ini tidak dikenal / Nobody with this address")
            return None
        return person.id


def _moment(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("2026-11-24T03:00+07:00", param_hint=option) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=settings().time_zone)


def _row(o: Opened, address: dict[uuid.UUID, str]) -> dict[str, Any]:
    return {
        "person": address.get(o.actor_id) if o.actor_id else None,
        "account": str(o.actor_id) if o.actor_id else None,
        "session": str(o.session_id) if o.session_id else None,
        "first_at": o.first_at.isoformat(),
        "last_at": o.last_at.isoformat(),
        "times": o.times,
        "kind": o.kind,
        "id": str(o.object_id) if o.object_id else None,
        "case": str(o.case_id) if o.case_id else None,
        "acts": list(o.acts),
        "ciphertexts": list(o.hashes),
    }


def _write_csv(opened: list[Opened], address: dict[uuid.UUID, str]) -> None:
    names = (
        "person",
        "account",
        "session",
        "first_at",
        "last_at",
        "times",
        "kind",
        "id",
        "case",
        "acts",
        "ciphertexts",
    )
    out = csv.writer(sys.stdout)
    out.writerow(names)
    for o in opened:
        row = _row(o, address)
        out.writerow([_text(" ".join(v) if isinstance(v := row[name], list) else v) for name in names])


def _text(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(("=", "+", "-", "@")) else text


def _write_report(opened: list[Opened], address: dict[uuid.UUID, str]) -> None:
    """Grouped by person and session, bilingual."""
    zone = settings().time_zone
    groups: dict[tuple[str, str], list[Opened]] = {}
    for o in opened:
        who = address.get(o.actor_id, str(o.actor_id)) if o.actor_id else "TeSA"
        groups.setdefault((who, str(o.session_id or "-")), []).append(o)
    click.echo(f"Yang dibuka / what was opened: {len(opened)}")
    for (who, session), things in groups.items():
        click.echo(f"\n{who}, sesi / session {session}: {len(things)}")
        for o in things:
            at = o.first_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
            about = f"  kasus / case {o.case_id}" if o.case_id else ""
            click.echo(f"  {at}  {o.times}x  {'+'.join(o.acts)}  {o.kind} {o.object_id}{about}")
            for code in o.hashes:
                click.echo(f"      {code}")
