"""`tesa keys …`: what is there, rotate, retire."""

from __future__ import annotations

import json
import sys
import time

import click

from tesa.core import clock
from tesa.core.commands import InsideGroup, refuse
from tesa.core.vault.errors import KeyFileProblem, KeysAway
from tesa.core.vault.key_status import KeyState, key_states
from tesa.core.vault.live_key_file import key_file_of
from tesa.core.vault.recovery_cli import recover_command
from tesa.core.vault.retirement import NotYet, retire
from tesa.core.vault.rotation import KINDS, advance, begin
from tesa.core.vault.vault import vault

DUE = 3  # exit code of `status` when there is something to do
HELD = 0.2  # seconds to wait for rows that somebody holds
WHICH = click.Choice([*KINDS, "all"])


@click.group("keys", cls=InsideGroup)
def keys_group() -> None:
    """Keys: status, rotation, retirement. While TeSA runs; killed half way, a command is simply run again."""


@keys_group.command("status")
@click.option("--json", "as_json", is_flag=True, help="for a program")
def status_command(as_json: bool) -> None:
    """Versions, rows that need each, what to do next. Exit 0: nothing to do; 3: something is due."""
    states = key_states(clock.now())
    if as_json:
        click.echo(json.dumps([state.as_dict() for state in states], indent=2))
    else:
        for state in states:
            _show(state)
    sys.exit(DUE if any(state.due for state in states) else 0)


def _show(state: KeyState) -> None:
    click.echo(f"{state.kind}: {state.current or '-'}  ({state.state})")
    for version, count in state.rows.items():
        click.echo(f"  {version}: {count}")
    for name, count in state.needed_by.items():
        click.echo(f"  masih memerlukan yang lama / still need the old one: {name}: {count}")
    if state.ready_at:
        click.echo(f"  selesai setelah / done after: {state.ready_at}")
    if state.due:
        click.echo(f"  -> {state.next}")


@keys_group.command("rotate")
@click.argument("which", type=WHICH)
@click.option("--wait", is_flag=True, help="stay until it is finished (some minutes), with or without a worker")
def rotate_command(which: str, wait: bool) -> None:
    """Put a new key beside the old one and make the rows anew; goes on with a rotation that is under way.

    kek: the key-encryption key; intake: the pair for what comes in; index: the blind index; data: the data keys.
    What others write meanwhile is made anew some minutes later, by the worker or with --wait.
    """
    kinds = KINDS if which == "all" else (which,)
    try:
        for kind in kinds:
            _, fresh = begin(kind, clock.now())
            begun = "rotasi dimulai / rotation begun" if fresh else "rotasi dilanjutkan / rotation goes on"
            click.echo(f"{kind}: {begun}")
            _work(kind, wait=False)
        for kind in kinds if wait else ():
            _work(kind, wait=True)
    except (KeysAway, KeyFileProblem) as problem:
        refuse(
            f"Kunci tidak terjangkau; jalankan lagi nanti / the keys are out of reach; run it again later: {problem}"
        )
    except OSError as problem:
        refuse(f"TESA_KEY_FILE: {problem}")
    if "kek" in kinds and key_file_of(vault.provider):
        click.echo("Berkas kunci berubah: simpan salinan baru / the key file has changed: keep a new copy of it")


def _work(kind: str, wait: bool) -> None:
    """Do what can be done now; with `wait`, go on until the rotation is finished."""
    turned = 0
    while True:
        step = advance(kind, clock.now())
        turned += step.turned
        if step.turned:
            click.echo(f"{kind}: {turned} baris / rows")
        if step.finished:
            click.echo(f"{kind}: selesai / finished; lalu / then: tesa keys retire {kind}")
            return
        if step.wait_until is not None:
            if not wait:
                click.echo(f"{kind}: dilanjutkan setelah / goes on after {step.wait_until:%H:%M:%S} UTC")
                return
            time.sleep(max(0.0, (step.wait_until - clock.now()).total_seconds()))
        elif step.missed:
            time.sleep(HELD)


@keys_group.command("retire")
@click.argument("which", type=WHICH)
def retire_command(which: str) -> None:
    """Destroy the old key. Refuses, with exit 1, while a row needs it or somebody may still use it.

    A backup from before the rotation is opened by the old key alone; keep the printed sheet as long as such backups.
    """
    refused = []
    for kind in KINDS if which == "all" else (which,):
        try:
            destroyed = retire(kind, clock.now())
        except NotYet as why:
            refused.append(str(why))
            continue
        except (KeysAway, KeyFileProblem, OSError) as problem:
            refuse(f"{kind}: {problem}")
        click.echo(f"{kind}: {destroyed} kunci lama dimusnahkan / old keys destroyed")
    if refused:
        refuse("\n".join(refused))


keys_group.add_command(recover_command)
