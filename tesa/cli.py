"""`tesa …`: the commands of an operator. Exit 0 done, 1 refused, 2 wrong usage."""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from config import Settings, UnfitSettings

GROUPS = {
    "keys": ("tesa.core.vault.cli", "keys_group"),
    "staff": ("tesa.accounts.cli", "staff_group"),
    "access": ("tesa.accounts.access_cli", "access_group"),
    "audit": ("tesa.accounts.audit_cli", "audit_group"),
    "backup": ("tesa.retention.cli", "backup_group"),
    "restore": ("tesa.retention.cli", "restore_command"),
    "rota": ("tesa.live.cli", "rota_group"),
    "fallback": ("tesa.continuity.cli", "fallback_group"),
    "self-call": ("tesa.continuity.cli", "self_call_command"),
    "simulate": ("tesa.telephony.practice.cli", "simulate_group"),
}


class LazyGroups(click.Group):
    """Loads a slice's commands only when they are asked for, so that `tesa run` and `tesa --help` stay light."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *GROUPS])

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in GROUPS:
            from importlib import import_module

            module, attribute = GROUPS[name]
            command: click.Command = getattr(import_module(module), attribute)
            return command
        return super().get_command(ctx, name)


@click.group(cls=LazyGroups)
@click.pass_context
def main(context: click.Context) -> None:
    """TeSA, Telepon Sahabat Perempuan dan Anak."""
    context.obj = {
        "application": application
    }  # the commands of the slices run inside it, and do not import this module


def refuse(*sentences: str) -> None:
    """Say why, on standard error, and exit with 1."""
    for sentence in sentences:
        click.echo(sentence, err=True)
    sys.exit(1)


def settings(need_telephony: bool = True) -> Settings:
    """The settings, or exit 1 with every unfit one named."""
    try:
        return Settings.from_env(os.environ, need_telephony=need_telephony)
    except UnfitSettings as unfit:
        refuse("Pengaturan belum siap / The settings are not ready:", *(f"  {p}" for p in unfit.problems))
        raise


def application(need_telephony: bool = False, threads: bool = False) -> Any:
    """The Flask application for one command; refuses with a sentence when keys or settings are unfit."""
    from tesa.app import create_app
    from tesa.core.vault import KeyFileProblem

    try:
        return create_app(settings(need_telephony), threads=threads)
    except KeyFileProblem as problem:
        refuse(str(problem))


def in_app(command: Callable[..., None]) -> Callable[..., None]:
    """Run a command inside the application."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        with application().app_context():
            command(*args, **kwargs)

    return run


@main.command()
@click.option(
    "--recovery-sheet",
    "sheet",
    type=click.Path(path_type=Path),
    help="a new file for the sheet with the keys, to be printed",
)
def init(sheet: Path | None) -> None:
    """Make the key file, the session secret and the database, where they are missing.

    A new key file comes with a recovery sheet: in the file that --recovery-sheet names, else on the terminal, once. With
    --recovery-sheet an existing key file gets a sheet, too.
    """
    from dotenv import dotenv_values

    if sheet is not None and sheet.exists():
        refuse(f"{sheet} sudah ada dan tidak ditimpa / exists already and is not overwritten")
    known = {**{k: v for k, v in dotenv_values(".env").items() if v}, **os.environ}
    lines: list[str] = []
    if not known.get("TESA_SECRET_KEY"):
        lines.append(f"TESA_SECRET_KEY={secrets.token_urlsafe(48)}")
    with_service = known.get("TESA_KEY_PROVIDER", "file") != "file"
    if not known.get("TESA_KEY_FILE") and not with_service:
        lines.append(f"TESA_KEY_FILE={Path.home() / '.config' / 'tesa' / 'keys'}")
    if lines:
        path = Path(".env")
        path.touch(mode=0o600)
        with path.open("a", encoding="utf-8") as env:
            env.write("\n".join(lines) + "\n")
        click.echo("Ditulis ke .env / written to .env: " + ", ".join(line.split("=")[0] for line in lines))
    conf = settings(need_telephony=False)
    if sheet is not None and not conf.file_keys:
        refuse("--recovery-sheet: kunci ada pada layanan kunci / the keys are with a key service, not in a file")
    is_new = make_ready(conf)
    click.echo("Siap / Ready.")
    if conf.file_keys:
        click.echo(f"Berkas kunci / key file: {conf.key_file}")
        give_sheet(conf, sheet, is_new)


def give_sheet(conf: Settings, path: Path | None, is_new: bool) -> None:
    """The recovery sheet, to where it was asked for; that of a new key file to the terminal, never into a log."""
    from tesa.core.vault.key_file import local_provider
    from tesa.core.vault.recovery import sheet_of, write_sheet

    keys = local_provider(conf.key_file).snapshot()
    if path is not None:
        write_sheet(path, sheet_of(keys.keys(), keys.key_id))
        click.echo(f"Lembar pemulihan / recovery sheet: {path}")
    elif is_new and sys.stdout.isatty():
        click.echo(sheet_of(keys.keys(), keys.key_id))
    elif is_new:
        click.echo("Buat lembar pemulihan / Make a recovery sheet: tesa init --recovery-sheet FILE")


def make_ready(conf: Settings) -> bool:
    """Key file, database folder, tables and purpose keys, where they are missing. True when the key file is new."""
    from tesa.core.upgrade import upgrade
    from tesa.core.vault import KeysAway, create_key_file

    is_new = conf.key_provider == "file" and not conf.key_file.exists()
    if is_new:
        conf.key_file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        create_key_file(conf.key_file)
    if conf.database_url.startswith("sqlite:///"):
        database = Path(conf.database_url.removeprefix("sqlite:///"))
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        database.touch(mode=0o600)  # else SQLite makes it readable for everybody
    try:
        upgrade(application())
    except KeysAway as away:
        refuse(f"TESA_KEY_PROVIDER: layanan kunci tidak menjawab / the key service does not answer: {away}")
    return is_new


@main.group()
def db() -> None:
    """The database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the tables to the newest revision and make missing purpose keys."""
    from tesa.core.upgrade import upgrade

    upgrade(application())
    click.echo("Basis data mutakhir / The database is up to date")


@main.command()
def run() -> None:
    """Web and worker together, until Ctrl-C."""
    from tesa.processes import Supervisor

    conf = settings()
    supervisor = Supervisor()
    supervisor.start("web", [sys.executable, "-m", "tesa", "web"])
    supervisor.start("worker", [sys.executable, "-m", "tesa", "worker"])
    click.echo(f"TeSA: {conf.public_url}")
    sys.exit(supervisor.wait())


@main.command()
def web() -> None:
    """The web server alone."""
    conf = settings()
    sqlite = conf.database_url.startswith("sqlite")
    processes = os.environ.get("TESA_WEB_PROCESSES", "1" if sqlite else "2")
    arguments = [
        sys.executable, "-m", "gunicorn", "wsgi:app",
        "--worker-class", "gthread", "--workers", processes, "--threads", os.environ.get("TESA_WEB_THREADS", "24"),
        "--bind", f"{conf.bind}:{conf.port}", "--graceful-timeout", "5", "--timeout", "60", "--keep-alive", "20",
        "--no-control-socket", "--log-level", "warning", "--worker-tmp-dir", "/dev/shm" if Path("/dev/shm").is_dir() else "/tmp",
    ]  # fmt: skip
    os.execv(sys.executable, arguments)


@main.command()
def worker() -> None:
    """The clockwork alone."""
    from tesa.accounts.audit.heads import write_head
    from tesa.app import JOBS, refuse_wrong_keys
    from tesa.core import clock, logs
    from tesa.core.vault import KeyFileProblem
    from tesa.scheduler import Clockwork

    logs.set_up()
    app = application(need_telephony=True, threads=True)
    try:
        refuse_wrong_keys(app)
    except KeyFileProblem as problem:
        refuse(str(problem))
    Clockwork(app, JOBS).run()
    with app.app_context():
        write_head(app.extensions["tesa_settings"].second_place, clock.now())


@main.command()
def demo() -> None:
    """TeSA with demonstration staff and the practice line in place of Twilio."""
    from tesa.demo import run_demo

    sys.exit(run_demo())


@main.command(hidden=True)
def practice() -> None:
    """The practice line of the demonstration."""
    from tesa.demo import run_practice_line

    run_practice_line()


@main.command()
@click.option("--json", "as_json", is_flag=True, help="for a program")
@in_app
def status(as_json: bool) -> None:
    """What is going on: ids and states only."""
    from tesa.status import status_now

    state = status_now()
    if as_json:
        click.echo(json.dumps(state, indent=2))
        return
    click.echo(f"Menunggu / waiting: {state['waiting']}")
    for person in state["on_duty"]:
        click.echo(f"  {person['email']}  tier {person['tier']}  {person['state']}")
    for contact in state["contacts"]:
        click.echo(f"  {contact['id']}  {contact['channel']}  {contact['state']}  {contact['psychologist'] or '-'}")
    for dispatch in state["dispatches"]:
        click.echo(f"  {dispatch['id']}  {dispatch['priority']}  {dispatch['state']}")
    click.echo(f"Kotak keluar / outbox: {state['outbox']['due']} due, {state['outbox']['failed']} failed")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="for a program")
def doctor(as_json: bool) -> None:
    """Explain every setting and say what is unfit."""
    from tesa.doctor import examine

    findings = examine(os.environ)
    if as_json:
        click.echo(json.dumps([f.__dict__ for f in findings], indent=2))
    else:
        for finding in findings:
            mark = {True: "ok", False: "!!", None: "??"}[finding.fit]
            click.echo(f"[{mark}] {finding.name}: {finding.sentence}")
    sys.exit(1 if any(f.fit is False for f in findings) else 0)
