"""`tesa simulate …`: play callers on the practice line from the shell."""

import json
import sys
from typing import Any

import click

from tesa.telephony.practice.client import PracticeClient, PracticeRefused

DEFAULT_URL = "http://127.0.0.1:5001"
CALLER = "+6281200000001"

at_option = click.option(
    "--at", "base_url", envvar="TESA_PRACTICE_URL", default=DEFAULT_URL, show_default=True, help="The practice line."
)
from_option = click.option("--from", "number", default=CALLER, show_default=True, help="The caller's number.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("simulate")
def simulate_group() -> None:
    """Play callers on the practice line (demo only)."""


@simulate_group.command("call")
@at_option
@from_option
@json_option
@click.option("--keys", default="", help="Keys pressed one by one as the line asks; w lets one question pass.")
@click.option("--patience", type=float, default=120.0, show_default=True, help="Seconds of waiting before hanging up.")
@click.option("--talk", type=float, default=15.0, show_default=True, help="Seconds of talking once connected.")
@click.option("--withheld", is_flag=True, help="Hide the number.")
@click.option("--no-wait", is_flag=True, help="Do not wait for the end of the call.")
def simulate_call(
    *,
    base_url: str,
    number: str,
    as_json: bool,
    keys: str,
    patience: float,
    talk: float,
    withheld: bool,
    no_wait: bool,
) -> None:
    """Dial the hotline and print what is heard, until the call is over."""
    client = PracticeClient(base_url)
    try:
        sid = client.call(number, keys, patience, talk, withheld)
        call = client.call_state(sid) if no_wait else client.wait(sid, patience + talk + 600)
    except PracticeRefused as error:
        _refuse(error)
        return
    if as_json:
        _print(call)
        return
    click.echo(f"{sid} {call['status']} ({call['duration']} s)")
    for line in call["lines"]:
        click.echo(f"  {line['at'][11:19]} {line['who']:5} {line['text']}")


@simulate_group.command("message")
@at_option
@from_option
@json_option
@click.option("--channel", type=click.Choice(["sms", "whatsapp"]), default="whatsapp", show_default=True)
@click.option("--pin", type=float, nargs=2, default=None, help="Latitude and longitude of a dropped pin.")
@click.option("--picture", is_flag=True, help="Attach a small picture.")
@click.argument("body", default="")
def simulate_message(
    *,
    base_url: str,
    number: str,
    as_json: bool,
    channel: str,
    pin: tuple[float, float] | None,
    picture: bool,
    body: str,
) -> None:
    """Write BODY to TeSA."""
    location = {"latitude": pin[0], "longitude": pin[1]} if pin else None
    try:
        sid = PracticeClient(base_url).message(number, body, channel, location, "picture" if picture else None)
    except PracticeRefused as error:
        _refuse(error)
        return
    if as_json:
        _print({"sid": sid})
    else:
        click.echo(sid)


def _print(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


def _refuse(error: PracticeRefused) -> None:
    click.echo(f"Jalur latihan menolak / The practice line refuses: {error}", err=True)
    sys.exit(1)
