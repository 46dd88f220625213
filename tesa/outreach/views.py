"""Pages of outreach: the board, one dispatch, the request. Thin: permission, form, transaction, act, page.

The board hangs on walls, so it shows no place. Place, what is known and safety notes are on a dispatch's own page, and
beside the big buttons of whoever has it; each time they are shown, that is on record.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from tesa.accounts.permissions import require
from tesa.accounts.public import Principal, Role, principal
from tesa.accounts.rules.policy import Relation, Standing, may
from tesa.core import clock
from tesa.core.errors import Conflict, NotFound, RuleBroken
from tesa.core.transactions import transaction
from tesa.outreach import forms, labels, screens
from tesa.outreach.actions.accept_offer import accept_offer
from tesa.outreach.actions.amend_dispatch import Amendment, amend_dispatch
from tesa.outreach.actions.decline_offer import decline_offer
from tesa.outreach.actions.log_event import By
from tesa.outreach.actions.move_dispatch import move_dispatch
from tesa.outreach.actions.raise_dispatch import raise_dispatch
from tesa.outreach.actions.read_words import read_words
from tesa.outreach.desk import require_contact
from tesa.outreach.models import Dispatch, DispatchOffer
from tesa.outreach.queries import get, locked, offer_by_id, under_way_for
from tesa.outreach.rules.lifecycle import State
from tesa.outreach.rules.offers import Via
from tesa.outreach.rules.priorities import Priority
from tesa.outreach.sealing import Words
from tesa.web.fragments import render

blueprint = Blueprint("outreach", __name__, template_folder="templates")
NOTHING_NEW = ("", 204)
EMERGENCY_NUMBERS = ("112", "110", "119", "129")


# -- the board ------------------------------------------------------------------------------------------------------
@blueprint.get("/penjangkauan")
@require("dispatch.board")
def board() -> str:
    """All dispatches that concern this person, by state; what is hers to do comes first."""
    return _board(None)


@blueprint.get("/penjangkauan/papan")
@require("dispatch.board", passive=True)
def live_board() -> str | tuple[str, int]:
    """The moving part of the board, asked for again and again; nothing when it would look the same."""
    if request.args.get("versi") == screens.board_version(principal(), clock.now()):
        return NOTHING_NEW
    return _board("papan")


def _board(block: str | None) -> str:
    me, now = principal(), clock.now()
    version = screens.board_version(me, now)
    cards, desk = screens.board(me, now), me.has("dispatch.request")
    hers = [c for c in cards if c.my_offer or c.mine]
    in_columns = cards if desk else [c for c in cards if c not in hers]
    return render(
        "outreach/board.html",
        block=block,
        version=version,
        columns=[(states[0], [c for c in in_columns if c.state in states]) for states in screens.COLUMNS],
        offered=[c for c in hers if c.my_offer],
        tasks=[(c, _words(c.id, me)) for c in hers if c.mine],
        desk=desk,
        labels=labels,
        button=forms.ButtonForm(),
        move=forms.MoveForm(),
    )


def _words(dispatch_id: uuid.UUID, me: Principal) -> Words | None:
    """The sealed texts for whoever may read them, put on record; None for others."""
    now = clock.now()
    with transaction():
        dispatch = get(dispatch_id)
        if dispatch is None:
            raise NotFound
        try:
            return read_words(dispatch, screens.standing_to(dispatch, me), me.id, now)
        except NotFound:
            return None


# -- one dispatch ---------------------------------------------------------------------------------------------------
@blueprint.get("/penjangkauan/<uuid:dispatch_id>")
@require("dispatch.read")
def detail(dispatch_id: uuid.UUID) -> str:
    """One dispatch: where it stands, what may be read of it, who was asked, what happened."""
    return _detail(dispatch_id, None)


@blueprint.get("/penjangkauan/<uuid:dispatch_id>/gerak")
@require("dispatch.read", passive=True)
def live_detail(dispatch_id: uuid.UUID) -> str | tuple[str, int]:
    """The moving part of a dispatch's page. It holds no sealed text; that there is a newer one, it says."""
    me, now = principal(), clock.now()
    dispatch = get(dispatch_id)
    if dispatch is None or not screens.is_visible(dispatch, me):
        raise NotFound
    if request.args.get("versi") == screens.version([dispatch], now):
        return NOTHING_NEW
    return _detail(dispatch_id, "gerak")


def _detail(dispatch_id: uuid.UUID, block: str | None) -> str:
    me, now = principal(), clock.now()
    card = screens.card(dispatch_id, me, now)
    dispatch = get(dispatch_id)
    if card is None or dispatch is None:
        raise NotFound
    version, revision = screens.version([dispatch], now), dispatch.revision
    shown = request.args.get("revisi", type=int) if block else revision
    return render(
        "outreach/detail.html",
        block=block,
        card=card,
        version=version,
        shown_revision=shown,
        words=_words(dispatch_id, me) if block is None and card.may_read else None,
        history=screens.history(dispatch_id) if card.may_know else [],
        labels=labels,
        button=forms.ButtonForm(),
        move=forms.MoveForm(),
    )


@blueprint.post("/penjangkauan/<uuid:dispatch_id>/langkah")
@require("dispatch.move")
def move(dispatch_id: uuid.UUID) -> Response:
    """En route, on scene, cleared, closed, or called off."""
    me, now = principal(), clock.now()
    wanted = forms.MoveForm().state.data
    if wanted not in set(State):
        raise RuleBroken(labels.no_such_step())
    with transaction():
        dispatch = locked(dispatch_id)
        if dispatch is None:
            raise NotFound
        move_dispatch(dispatch, State(wanted), screens.standing_to(dispatch, me), By(me.id), now)
    return _back(dispatch_id)


@blueprint.post("/penjangkauan/tawaran/<uuid:offer_id>/terima")
@require("dispatch.answer")
def accept(offer_id: uuid.UUID) -> Response:
    """Say yes on the page."""
    me, now = principal(), clock.now()
    with transaction():
        offer, dispatch = _my_offer(offer_id, me)
        accept_offer(offer, dispatch, Via.PAGE, now)
    return redirect(url_for("outreach.board"), 303)


@blueprint.post("/penjangkauan/tawaran/<uuid:offer_id>/tolak")
@require("dispatch.answer")
def decline(offer_id: uuid.UUID) -> Response:
    """Say no on the page."""
    me, now = principal(), clock.now()
    with transaction():
        offer, dispatch = _my_offer(offer_id, me)
        decline_offer(offer, dispatch, Via.PAGE, now)
    return redirect(url_for("outreach.board"), 303)


def _my_offer(offer_id: uuid.UUID, me: Principal) -> tuple[DispatchOffer, Dispatch]:
    found = offer_by_id(offer_id)
    asked = found is not None and found[0].account_id == me.id
    if found is None or not may(me.roles, "dispatch.answer", [Relation.OFFERED] if asked else []):
        raise NotFound
    return found


def _back(dispatch_id: uuid.UUID) -> Response:
    if request.form.get("dari") == "papan":
        return redirect(url_for("outreach.board"), 303)
    return redirect(url_for("outreach.detail", dispatch_id=dispatch_id), 303)


# -- the request ----------------------------------------------------------------------------------------------------
@blueprint.route("/penjangkauan/minta", methods=["GET", "POST"], endpoint="request")
@require("dispatch.request")
def request_or_amend() -> str | tuple[str, int] | Response:
    """Ask for outreach for a contact; if it is under way already, amend one's own or add to another's."""
    me, now = principal(), clock.now()
    contact_id = _uuid(request.args.get("kontak", ""))
    require_contact(contact_id, me, "dispatch.request")
    dispatch_id = under_way_for(contact_id)
    dispatch = get(dispatch_id) if dispatch_id else None
    may_read = dispatch is not None and _at_desk(dispatch, me).may("dispatch.amend", dispatch.state)
    form = forms.RequestForm()
    if not form.is_submitted():
        if dispatch is not None and may_read:
            _fill(form, dispatch, me)
        return _form_page(form, contact_id, dispatch, may_read)
    if not form.validate():
        return _form_page(form, contact_id, dispatch, may_read), 422
    try:
        with transaction():
            current = locked(dispatch_id) if dispatch_id and may_read and form.revision.data is not None else None
            if current is not None:
                amend_dispatch(current, _amendment(form), _at_desk(current, me), me.id, now)
            else:
                dispatch_id = _raise(form, contact_id, me)
    except Conflict as conflict:
        return _conflict(form, contact_id, me, conflict.sentence), 409
    except RuleBroken as broken:
        form.priority.errors = [*form.priority.errors, broken.sentence]
        return _form_page(form, contact_id, get(dispatch_id) if dispatch_id else None, may_read), 422
    return redirect(url_for("outreach.detail", dispatch_id=dispatch_id), 303)


def _raise(form: forms.RequestForm, contact_id: uuid.UUID, me: Principal) -> uuid.UUID:
    words = form.words()
    return raise_dispatch(
        contact_id=contact_id,
        case_id=None,
        priority=form.priority.data,
        requested_by=me.id,
        source=_source(me),
        now=clock.now(),
        place=words.place,
        kecamatan=form.kecamatan.data or None,
        known=words.known,
        safety=words.safety,
        wish_woman=form.wish_woman.data,
    )


def _amendment(form: forms.RequestForm) -> Amendment:
    return Amendment(
        Priority(form.priority.data),
        form.kecamatan.data or None,
        form.wish_woman.data,
        form.words(),
        form.revision.data,
    )


def _conflict(form: forms.RequestForm, contact_id: uuid.UUID, me: Principal, sentence: str) -> str:
    """Somebody else saved first: her text stays in the form, theirs stands beside it, saving again replaces it."""
    dispatch_id = under_way_for(contact_id)
    dispatch = get(dispatch_id) if dispatch_id else None
    if dispatch is None:
        raise NotFound
    theirs = _words(dispatch.id, me)
    form.revision.data, form.revision.raw_data = dispatch.revision, None
    return _form_page(form, contact_id, dispatch, True, theirs=theirs, sentence=sentence)


def _fill(form: forms.RequestForm, dispatch: Dispatch, me: Principal) -> None:
    now = clock.now()
    with transaction():
        words = read_words(dispatch, _at_desk(dispatch, me), me.id, now)
    form.priority.data, form.kecamatan.data = dispatch.priority, dispatch.kecamatan or ""
    form.wish_woman.data, form.revision.data = dispatch.wish_woman, dispatch.revision
    form.place.data, form.known.data, form.safety.data = words.place, words.known, words.safety


def _form_page(
    form: forms.RequestForm,
    contact_id: uuid.UUID,
    dispatch: Dispatch | None,
    may_read: bool,
    *,
    theirs: Words | None = None,
    sentence: str = "",
) -> str:
    return render(
        "outreach/request.html",
        form=form,
        contact_id=contact_id,
        dispatch=dispatch,
        amends=may_read,
        theirs=theirs,
        sentence=sentence,
        labels=labels,
        numbers=EMERGENCY_NUMBERS,
    )


def _source(me: Principal) -> str:
    return "psychologist" if me.is_role(Role.PSYCHOLOGIST) else "coordinator"


def _at_desk(dispatch: Dispatch, me: Principal) -> Standing:
    """What she is to a dispatch at the request form: whoever comes first to one that the caller raised, asks for it."""
    who = screens.standing_to(dispatch, me)
    if dispatch.requested_by is None:
        return Standing(who.roles, who.relations | {Relation.REQUESTED})
    return who


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None


# -- on the pages of others -----------------------------------------------------------------------------------------
@blueprint.get("/penjangkauan/kontak/<uuid:contact_id>")
@require("dispatch.progress", passive=True)
def progress_of_contact(contact_id: uuid.UUID) -> str:
    """How far help for a contact is: a fragment that the contact's page asks for again and again."""
    cards = screens.contact_cards(contact_id, principal(), clock.now())
    if cards is None:
        raise NotFound
    return _fragment(cards)


@blueprint.get("/penjangkauan/kasus/<uuid:case_id>")
@require("dispatch.progress", passive=True)
def dispatches_of_case(case_id: uuid.UUID) -> str:
    """The dispatches of a case, for its owner and coordinators: a fragment of the case's page."""
    cards = screens.case_cards(case_id, principal(), clock.now())
    if cards is None:
        raise NotFound
    return _fragment(cards)


def _fragment(cards: Iterable[screens.Card]) -> str:
    return render("outreach/_progress.html", cards=list(cards), labels=labels)
