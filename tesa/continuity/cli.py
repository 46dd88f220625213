"""`tesa fallback …` and `tesa self-call`."""

from __future__ import annotations

import json
import time
import uuid

import click

from tesa.continuity import labels
from tesa.continuity.actions.follow_self_call import follow_self_call, steps_of
from tesa.continuity.actions.start_self_call import start_self_call
from tesa.continuity.document import document
from tesa.continuity.exporting import export_due, wanted
from tesa.continuity.models import SelfCall
from tesa.continuity.queries import places, self_call_by_id
from tesa.continuity.rules.self_call import MUST_MEET_WITHIN, Outcome
from tesa.core import clock
from tesa.core.commands import Inside, InsideGroup, refuse
from tesa.core.db import db
from tesa.core.errors import Refusal
from tesa.core.transactions import transaction
from tesa.core.vault import KeysAway

JSON = click.option("--json", "as_json", is_flag=True, help="for a program")
NO_PLACE = "Isi TESA_FALLBACK_DIR atau TESA_FALLBACK_BUCKET / set TESA_FALLBACK_DIR or TESA_FALLBACK_BUCKET"
PATIENCE = MUST_MEET_WITHIN.total_seconds() + 10


@click.group("fallback", cls=InsideGroup)
def fallback_group() -> None:
    """The document with the numbers on duty, for when TeSA is down."""


@fallback_group.command("export")
def fallback_export() -> None:
    """Export it now to every place of the settings."""
    if not wanted():
        refuse(NO_PLACE)
    found = export_due(clock.now(), force=True)
    for name in wanted():
        trouble = found.get(name, "sedang dikerjakan pekerja / the worker is at it")
        click.echo(f"{labels.place_label(name)} / {name}: {trouble or 'selesai / done'}", err=bool(trouble))
    if any(found.get(name) for name in wanted()):
        refuse("Tidak semua tempat dapat ditulisi / not every place could be written to")


@fallback_group.command("show")
@JSON
def fallback_show(as_json: bool) -> None:
    """Print the document of this moment. It holds telephone numbers of staff."""
    now = clock.now()
    try:
        made = document(now)
    except KeysAway:
        refuse("Layanan kunci tidak menjawab / the key service does not answer")
    if not as_json:
        click.echo(made.body.decode())
        return
    rows = places()
    click.echo(
        json.dumps(
            {
                "numbers": made.numbers,
                "sha256": made.digest,
                "right_until": made.until.isoformat() if made.until else None,
                "document": made.body.decode(),
                "places": {
                    name: {
                        "checked_at": row.done_at.isoformat() if (row := rows.get(name)) and row.done_at else None,
                        "same": row.digest == made.digest if row else False,
                        "failing_since": row.failing_since.isoformat() if row and row.failing_since else None,
                        "error": row.error if row else "",
                    }
                    for name in wanted()
                },
            },
            indent=2,
        )
    )


@click.command("self-call", cls=Inside)
@JSON
def self_call_command(as_json: bool) -> None:
    """Let the line call itself now, and wait for the outcome: exit 0 when it has answered. Web and worker must run."""
    try:
        with transaction():
            test_id = start_self_call("command", None, clock.now())
    except Refusal as refused:
        refuse(str(refused))
    test = _wait(test_id)
    seen = {step.value: at.isoformat() if at else None for step, at in steps_of(test).items()}
    if as_json:
        click.echo(json.dumps({"outcome": test.outcome, "failed_step": test.failed_step, "error": test.error, **seen}))
    else:
        for step, at in steps_of(test).items():
            click.echo(f"{'ok' if at else '--'}  {labels.step_label(step)}")
        click.echo(f"{labels.outcome_label(test.outcome)} / {test.outcome} {test.error}".rstrip())
    if test.outcome != Outcome.SUCCEEDED:
        raise SystemExit(1)


def _wait(test_id: uuid.UUID) -> SelfCall:
    """The test when it is over. Should no worker run, it is followed from here, so that it ends."""
    end = time.monotonic() + PATIENCE
    while True:
        time.sleep(1)
        with transaction():
            follow_self_call(clock.now())
        test = self_call_by_id(test_id)
        db.session.rollback()
        if test is None:
            raise SystemExit(1)
        if test.outcome != Outcome.RUNNING or time.monotonic() > end:
            return test
