"""*Giliran saya*, and the card of a call that rings."""

from __future__ import annotations

from tesa.accounts.permissions import require
from tesa.accounts.public import principal
from tesa.accounts.rules.roles import Role
from tesa.core import clock
from tesa.intake import forms, labels, screens
from tesa.intake.views.blueprint import blueprint
from tesa.psychologists.public import on_duty
from tesa.web.fragments import render


@blueprint.get("/")
@require("home.read")
def home() -> str:
    """Am I on duty, what is waiting, what do I owe?"""
    who, now = principal(), clock.now()
    line = "outreach" if who.is_role(Role.OUTREACH) and not who.is_role(Role.PSYCHOLOGIST) else "hotline"
    duty = next((p for p in on_duty(line, now) if p.account_id == who.id), None)
    on_line = who.has("contact.queue")
    return render(
        "intake/home.html",
        duty=duty,
        on_line=on_line,
        waiting=[r for r in screens.queue("waiting", who, now) if r.state == "waiting" and not r.folded]
        if on_line
        else [],
        mine=[r for r in screens.queue("mine", who, now) if r.state == "in_progress"] if on_line else [],
        owed=screens.owed(who, now) if on_line else screens.Owed([], []),
        open_counts=screens.open_counts() if who.has("contact.count") and not on_line else {},
        labels=labels,
        now=now,
        button=forms.ButtonForm(),
    )


@blueprint.get("/kartu")
@require("home.read", passive=True)
def incoming_card() -> str:
    """The card of a call that rings for the signed-in person; every page keeps asking for it."""
    return render("intake/_incoming.html", incoming=screens.incoming(principal().id), now=clock.now())
