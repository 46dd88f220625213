"""Who may do what. Every endpoint declares the act it performs; an endpoint that declares nothing is not found.

The table is `rules/policy.py`.
What a person may not do is answered like an address that does not exist, so that nothing can be learnt by trying.
The condition on the object (own case? on duty for it?) is checked again by the act itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, abort, current_app, request
from flask_login import current_user
from werkzeug.wrappers import Response

from tesa.accounts import screen, sessions, step_up
from tesa.accounts.public import Principal, Role
from tesa.accounts.rules.policy import POLICY, roles_of
from tesa.core import clock
from tesa.telephony.inbound import refuse_unsigned

log = logging.getLogger(__name__)
View = TypeVar("View", bound=Callable[..., object])
Table = dict[str, frozenset[Role]]


@dataclass(frozen=True)
class Guard:
    """What stands before an endpoint.

    `kind`: "act" (signed in, and a role that may do `act`), "public" (anybody), "signature" (Twilio's, checked by the
    blueprint), "static" (files that are the same for all) or "none" (refused). `passive` marks what a page asks by
    itself (polling, streams): it does not keep a session awake. `when_locked` marks what a locked screen may ask.
    """

    kind: str
    act: str | None = None
    passive: bool = False
    when_locked: bool = False


REFUSED = Guard("none")
PUBLIC = Guard("public")


def require(act: str, passive: bool = False, when_locked: bool = False) -> Callable[[View], View]:
    """Let only signed-in people whose role may do `act` into a view. Stands directly below the route."""

    def mark(view: View) -> View:
        view.__dict__["tesa_guard"] = Guard("act", act, passive, when_locked)
        return view

    return mark


def public_endpoint(view: View) -> View:
    """Let everybody into a view: sign-in, health, the public page."""
    view.__dict__["tesa_guard"] = PUBLIC
    return view


def allowed(person: Principal, act: str) -> bool:
    """May `person` do `act`? False for an act that is not in the table."""
    return person.has(act)


def needs_fresh(roles: frozenset[Role], act: str) -> bool:
    """Must whoever has `roles` have shown a second factor lately to do `act`? Only if each line that lets her asks it."""
    lines = [line for line in POLICY if line.act == act and roles & line.roles]
    return bool(lines) and all(line.fresh for line in lines)


def permission_table() -> Table:
    """Which roles may do each act, in the running application."""
    table: Table = current_app.extensions["tesa_permissions"]
    return table


def guard_of(endpoint: str) -> Guard:
    """What stands before `endpoint` in the running application."""
    view = current_app.view_functions.get(endpoint)
    if view is None:
        return REFUSED
    blueprint = endpoint.rpartition(".")[0]
    if refuse_unsigned in current_app.before_request_funcs.get(blueprint or None, ()):
        return Guard("signature")
    if endpoint.rpartition(".")[2] == "static":
        return Guard("static")
    guard = getattr(view, "tesa_guard", REFUSED)
    return guard if isinstance(guard, Guard) else REFUSED


def init_permissions(app: Flask) -> None:
    """Stand guard before every request of `app`."""
    app.extensions["tesa_permissions"] = roles_of(POLICY)
    app.before_request(gate)


def gate() -> Response | None:
    """Let the present request through, lead it to the sign-in page, or answer that there is no such page."""
    if request.endpoint is None:
        return None  # no such address, or not with this method: the router answers
    guard = guard_of(request.endpoint)
    if guard.kind in ("public", "signature", "static"):
        return None
    if guard.kind == "none":
        log.error("endpoint %s declares no guard", request.endpoint)
        abort(404)
    person = current_user._get_current_object()
    if not isinstance(person, Principal):
        return sessions.lead_to_sign_in()
    if person.locked and not guard.when_locked:
        return screen.stay_locked()
    if guard.act is None or not allowed(person, guard.act):
        abort(404)
    if not guard.passive:
        sessions.keep_awake(person)
    if needs_fresh(person.roles, guard.act) and not sessions.is_fresh(person, clock.now()):
        return step_up.ask_again(person)
    return None
