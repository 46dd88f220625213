"""`tesa rota …`: the rota from the shell. Runs inside the application that the root command hands down in `obj`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from flask_babel import force_locale

from tesa.accounts.public import emails
from tesa.core import clock
from tesa.core.commands import InsideGroup
from tesa.core.errors import Refusal
from tesa.core.transactions import transaction
from tesa.psychologists import labels
from tesa.psychologists.actions.import_rota import RotaRefused, import_rota
from tesa.psychologists.public import Gap, OnDuty, next_gap, on_duty
from tesa.psychologists.rules.rota import Line, Tier
from tesa.psychologists.rules.rota_file import Complaint
from tesa.web.filters import local_moment

MOST_COMPLAINTS = 100  # printed; the rest is counted


@click.group("rota", cls=InsideGroup)
def rota_group() -> None:
    """Who is on shift."""


class Instant(click.ParamType[datetime]):
    """ISO 8601 with an offset."""

    name = "ISO 8601"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant, or a usage error."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value}: waktu tidak terbaca / not a time, such as 2026-11-24T03:00+07:00", param, ctx)
        if moment.utcoffset() is None:
            self.fail(f"{value}: tanpa zona waktu / has no offset, such as +07:00", param, ctx)
        return moment.astimezone(UTC)


@rota_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="for a program")
def rota_import(file: Path, as_json: bool) -> None:
    """Take the rota of a CSV file: email,start,end,tier and, if wanted, line. All rows or none."""
    try:
        with transaction():
            done = import_rota(file.read_bytes(), None, clock.now())
    except RotaRefused as refused:
        _refuse(refused.complaints, as_json)
        raise click.exceptions.Exit(1) from refused
    except Refusal as refusal:
        click.echo(refusal.sentence, err=True)
        raise click.exceptions.Exit(1) from refusal
    if as_json:
        click.echo(json.dumps({"added": done.added, "known": done.known}))
    else:
        click.echo(f"{done.added} giliran ditambahkan, {done.known} sudah ada / added, already there")


def _refuse(complaints: list[Complaint], as_json: bool) -> None:
    shown = complaints[:MOST_COMPLAINTS]
    if as_json:
        refused = [{"line": c.number, "flaw": c.flaw, "sentence": labels.complaint_sentence(c)} for c in shown]
        click.echo(json.dumps({"refused": refused, "complaints": len(complaints)}, ensure_ascii=False))
        return
    for complaint in shown:
        with force_locale("en"):
            english = labels.complaint_sentence(complaint)
        click.echo(f"{labels.complaint_sentence(complaint)} / {english}", err=True)
    if len(complaints) > len(shown):
        click.echo(f"… {len(complaints) - len(shown)} lagi / more", err=True)


@rota_group.command("now")
@click.option("--at", "at", type=Instant(), help="another instant, ISO 8601 with offset")
@click.option("--json", "as_json", is_flag=True, help="for a program")
def rota_now(at: datetime | None, as_json: bool) -> None:
    """Who is on shift, by tier, and the next gap of the first line."""
    moment = at or clock.now()
    duty = [person for line in Line for person in on_duty(line, moment)]
    gap = next_gap(moment)
    if as_json:
        click.echo(json.dumps(_as_data(moment, duty, gap), indent=2))
        return
    address = emails(person.account_id for person in duty)
    for person in duty:
        tier = labels.tier_label(person.line, person.tier)
        ends = local_moment(person.ends_at)
        click.echo(f"{tier:20} {address[person.account_id]:32} {labels.state_label(person.state)}, s.d. {ends}")
    if gap is None:
        click.echo("Tidak ada celah dalam 28 hari / No gap within 28 days")
    else:
        starts, ends = local_moment(gap.starts_at), local_moment(gap.ends_at)
        click.echo(f"Celah berikutnya / next gap: {starts} – {ends}")


def _as_data(moment: datetime, duty: Iterable[OnDuty], gap: Gap | None) -> dict[str, Any]:
    people = list(duty)
    address = emails(person.account_id for person in people)
    tiers: dict[str, list[dict[str, Any]]] = {str(tier): [] for tier in Tier.ALL}
    for person in people:
        if person.line == Line.HOTLINE:
            tiers[str(person.tier)].append(
                {
                    "email": address[person.account_id],
                    "starts_at": person.starts_at.isoformat(),
                    "ends_at": person.ends_at.isoformat(),
                    "state": person.state,
                }
            )
    return {
        "at": moment.isoformat(),
        "tiers": tiers,
        "on_duty": [{"email": address[p.account_id], "tier": p.tier, "line": p.line, "state": p.state} for p in people],
        "next_gap": gap
        and {"starts_at": gap.starts_at.isoformat(), "ends_at": gap.ends_at.isoformat(), "tier": gap.tier},
    }
