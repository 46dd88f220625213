"""`tesa staff …`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from flask_babel import gettext as _

from tesa.accounts.actions.finish_enrolment import offer_enrolment
from tesa.accounts.actions.import_staff import UnfitFile, import_staff
from tesa.accounts.actions.renew_link import NEW_LINK
from tesa.accounts.actions.save_account import Details, save_account
from tesa.accounts.actions.set_secrets import set_secrets
from tesa.accounts.bilingual import both
from tesa.accounts.notices import tell
from tesa.accounts.public import Role, by_email
from tesa.core import clock
from tesa.core.commands import InsideGroup, refuse
from tesa.core.errors import Conflict, Refusal
from tesa.core.transactions import transaction
from tesa.telephony.inbound import settings


@click.group("staff", cls=InsideGroup)
def staff_group() -> None:
    """Members of staff."""


@staff_group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="for a program")
def staff_import(file: Path, as_json: bool) -> None:
    """Add or change everybody in FILE.csv (name,email,phone,roles,gender,languages,kecamatan)."""
    try:
        text = file.read_text(encoding="utf-8")
        with transaction():
            count = import_staff(text, clock.now())
    except UnicodeDecodeError:
        refuse("Berkas harus UTF-8 / The file must be UTF-8")
        return
    except UnfitFile as unfit:
        refuse("Tidak ada yang disimpan / Nothing was saved:", *(f"  {p}" for p in unfit.problems))
        return
    click.echo(json.dumps({"imported": count}) if as_json else f"{count} orang disimpan / people saved")


@staff_group.command("add")
@click.option("--name", required=True)
@click.option("--email", required=True)
@click.option("--phone", default="")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([str(r) for r in Role]))
@click.option("--gender", default="")
@click.option("--languages", default="id", help="codes separated by ;")
@click.option("--kecamatan", default="")
@click.option("--password-stdin", is_flag=True, help="read the password from standard input")
@click.option("--json", "as_json", is_flag=True, help="for a program")
def staff_add(
    name: str,
    email: str,
    phone: str,
    roles: tuple[str, ...],
    gender: str,
    languages: str,
    kecamatan: str,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Add one person. With --password-stdin prints her TOTP secret once, else a one-time enrolment link.

    Somebody who is there already keeps her secrets: `tesa staff enrol` gives her a new link.
    """
    now = clock.now()
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    codes = tuple(code for code in languages.split(";") if code)
    details = Details(email, name, phone, frozenset(Role(r) for r in roles), gender, codes, kecamatan)
    try:
        with transaction():
            if by_email(email) is not None:
                # Otherwise a slip of the keyboard would take somebody's password and second factor from her.
                raise Conflict(_("Alamat surel ini sudah dipakai."))
            account_id = save_account(details, None, now)
            if password is not None:
                shown = {"email": email.strip().lower(), "totp_secret": set_secrets(account_id, password, now)}
            else:
                link = settings().url(f"/enrol/{offer_enrolment(account_id, None, now)}")
                shown = {"email": email.strip().lower(), "enrolment": link}
    except Refusal as refusal:
        refuse(both(refusal.sentence))
        return
    if as_json:
        click.echo(json.dumps(shown))
    elif password is not None:
        click.echo(f"TOTP: {shown['totp_secret']}")
    else:
        click.echo(f"Tautan sekali pakai, 72 jam / One-time link, 72 hours:\n{shown['enrolment']}")


@staff_group.command("enrol")
@click.option("--email", required=True)
def staff_enrol(email: str) -> None:
    """A new one-time link for somebody who is there already."""
    person = by_email(email)
    if person is None:
        refuse("Orang ini tidak dikenal / Nobody with this address")
        return
    with transaction():
        token = offer_enrolment(person.id, None, clock.now())
        tell([person.id], NEW_LINK, None, clock.now())
    click.echo(settings().url(f"/enrol/{token}"))
