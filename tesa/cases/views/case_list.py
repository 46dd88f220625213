"""The list of cases, and the search."""

from __future__ import annotations

from flask import request

from tesa.accounts.permissions import require
from tesa.accounts.public import Principal, principal
from tesa.accounts.rules.policy import Relation, may
from tesa.cases import forms, labels, screens
from tesa.cases.actions.find_cases import find_cases
from tesa.cases.views.blueprint import blueprint
from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.web.fragments import render


@blueprint.get("/kasus")
@require("case.list")
def index() -> str:
    """The cases of this person; all of them, without names, for coordinators."""
    who, now = principal(), clock.now()
    tabs = screens.TABS if _sees_all(who) and _has_own(who) else ("open", "closed")
    tab = request.args.get("tab", tabs[0])
    tab = tab if tab in tabs else tabs[0]
    page = min(max(request.args.get("hal", 1, type=int), 1), 10_000)
    rows, more = screens.case_rows(tab, who, now, page)
    return _list(who, rows, tab=tab, tabs=tabs, page=page, more=more)


@blueprint.post("/kasus/cari")
@require("case.find")
def search() -> str | tuple[str, int]:
    """Look for a case by telephone number or case number. The number stays out of the address."""
    who, now, form = principal(), clock.now(), forms.SearchForm()
    if not form.validate_on_submit():
        return _list(who, [], search=form), 422
    with transaction():
        found = find_cases(form.text.data or "", who, now)
    return _list(who, screens.rows_of(found, who, now), search=form, searched=True)


def _sees_all(who: Principal) -> bool:
    return may(who.roles, "case.read", [Relation.OVERSEEING])


def _has_own(who: Principal) -> bool:
    return may(who.roles, "case.read", [Relation.OWN])


def _list(
    who: Principal,
    rows: list[screens.CaseRow],
    *,
    search: forms.SearchForm | None = None,
    searched: bool = False,
    tab: str = "",
    tabs: tuple[str, ...] = (),
    page: int = 1,
    more: bool = False,
) -> str:
    return render(
        "cases/index.html",
        rows=rows,
        labels=labels,
        search=search or forms.SearchForm(),
        searched=searched,
        tab=tab,
        tabs=tabs,
        page=page,
        more=more,
        owners=_sees_all(who),
        now=clock.now(),
    )
