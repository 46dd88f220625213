"""Commands of the slices run inside the application that `tesa` prepares for them; `--help` needs no application."""

from __future__ import annotations

import sys
from typing import Any, NoReturn

import click
from flask import current_app
from flask_babel import force_locale


def refuse(*sentences: str) -> NoReturn:
    """Say why, on standard error, and exit with 1."""
    for sentence in sentences:
        click.echo(sentence, err=True)
    sys.exit(1)


class Inside(click.Command):
    """A command inside the application, in Indonesian; if the caller stands in one already, in that."""

    def invoke(self, ctx: click.Context) -> Any:
        """See click."""
        if not current_app:
            application = ctx.find_root().obj["application"]
            ctx.with_resource(application().app_context())
            ctx.with_resource(force_locale("id"))
        return super().invoke(ctx)


class InsideGroup(click.Group):
    """A group whose own commands run inside the application."""

    command_class = Inside
