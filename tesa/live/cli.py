"""`tesa rota who`: who would ring, from the shell. It joins the commands of the rota."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click

from tesa.core import clock
from tesa.core.errors import Refusal
from tesa.core.transactions import transaction
from tesa.live import labels
from tesa.live.actions.rehearse_call import Rehearsal, Wish, rehearse_call
from tesa.live.rules.rehearsal import Rung
from tesa.psychologists.cli import Instant, rota_group
from tesa.web.filters import local_moment

__all__ = ["rota_group"]


@rota_group.command("who")
@click.option("--number", default="", help="the caller's number; none: withheld")
@click.option("--at", "at", type=Instant(), help="another instant, ISO 8601 with offset")
@click.option("--woman", is_flag=True, help="she wishes for a woman")
@click.option("--language", type=click.Choice(["id", "en", "su", "jv"]), default=None)
@click.option("--critical", is_flag=True, help="everybody rings at once")
@click.option("--json", "as_json", is_flag=True, help="for a program")
def rota_who(
    number: str, at: datetime | None, woman: bool, language: str | None, critical: bool, as_json: bool
) -> None:
    """Who would ring for a call, second by second, and why, if nobody picked up."""
    try:
        with transaction():
            found = rehearse_call(Wish(number, at, woman, language or "", critical), None, clock.now())
    except Refusal as refusal:
        click.echo(refusal.sentence, err=True)
        raise click.exceptions.Exit(1) from refusal
    if as_json:
        click.echo(json.dumps(_as_data(found), indent=2))
        return
    click.echo(local_moment(found.at))
    if found.assumed:
        click.echo("Semua dianggap bebas / everybody is taken to be free")
    if found.away:
        click.echo("Nomor diblokir, tidak disambungkan / blocked, not put through")
    for step in found.steps:
        for rung in step.rung:
            why = ", ".join(labels.reason_label(code) for code in rung.reasons)
            click.echo(f"{step.seconds:3} s  {_name(rung, found):32} {why}")
    for left in found.left_out:
        click.echo(f"    –  {found.names.get(left.account_id, ''):32} {labels.left_out_label(left.why)}")
    if found.gap is not None:
        click.echo("Celah: tidak ada psikolog baris pertama / gap: no first-line psychologist")


def _name(rung: Rung, found: Rehearsal) -> str:
    return found.names.get(rung.account_id, "") if rung.account_id else f"coordinator-{rung.number}"


def _as_data(found: Rehearsal) -> dict[str, Any]:
    return {
        "at": found.at.isoformat(),
        "assumed_free": found.assumed,
        "blocked": found.away,
        "critical": found.critical,
        "steps": [
            {
                "seconds": step.seconds,
                "rung": [{"email": _name(r, found), "tier": r.tier, "reasons": list(r.reasons)} for r in step.rung],
            }
            for step in found.steps
        ],
        "left_out": [
            {"email": found.names.get(each.account_id, ""), "tier": each.tier, "why": each.why}
            for each in found.left_out
        ],
        "off_duty": list(found.off_duty),
        "gap": found.gap is not None,
        "next_gap": found.next_gap.starts_at.isoformat() if found.next_gap else None,
    }
