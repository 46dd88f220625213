"""The page of acts for two persons: what waits for an answer, and what became of one's own proposals."""

from __future__ import annotations

import uuid

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from tesa.accounts import two_person
from tesa.accounts.notices import register_notice
from tesa.accounts.permissions import require
from tesa.accounts.public import emails, principal
from tesa.accounts.views.room import blueprint
from tesa.core import clock
from tesa.core.transactions import transaction
from tesa.web.fragments import render

STATE_WORDS = {
    two_person.PENDING: (_l("menunggu"), "act"),
    two_person.APPROVED: (_l("disetujui"), "on"),
    two_person.REJECTED: (_l("ditolak"), ""),
    two_person.EXPIRED: (_l("lewat waktu"), ""),
    two_person.CARRIED_OUT: (_l("sudah dijalankan"), "done"),
}


def _here(_proposal_id: uuid.UUID | None) -> str:
    return url_for("accounts.proposals")


register_notice(two_person.NEW, _l("Ada usulan yang menunggu persetujuan Anda."), _here)
register_notice(two_person.ANSWERED, _l("Usulan Anda sudah dijawab atau lewat waktu."), _here)


@blueprint.get("/persetujuan")
@require("proposal.list")
def proposals() -> str:
    """What she may answer, and what she has proposed. That the reasons were read is on record."""
    who, now = principal(), clock.now()
    with transaction():
        listed = two_person.listed(who, now)
        words = two_person.reasons(listed, who, now)
    kinds = two_person.kinds()
    return render(
        "accounts/proposals.html",
        proposals=listed,
        words=words,
        what={p.id: kinds[p.kind].describe(p) for p in listed},
        answerable={p.id for p in listed if two_person.may_answer(p, who, now)},
        address=emails(i for p in listed for i in (p.proposed_by, p.answered_by) if i is not None),
        states=STATE_WORDS,
        me=who,
        now=now,
    )


@blueprint.post("/persetujuan/<uuid:proposal_id>/setujui")
@require("proposal.answer")
def approve_proposal(proposal_id: uuid.UUID) -> Response:
    """Say yes to what somebody else has proposed."""
    with transaction():
        two_person.approve(proposal_id, principal(), clock.now(), request.form.get("words", ""))
    flash(_("Disetujui. Pengusul sudah diberi tahu."), "done")
    return redirect(url_for("accounts.proposals"), 303)


@blueprint.post("/persetujuan/<uuid:proposal_id>/tolak")
@require("proposal.answer")
def reject_proposal(proposal_id: uuid.UUID) -> Response:
    """Say no, and why."""
    with transaction():
        two_person.reject(proposal_id, principal(), clock.now(), request.form.get("words", ""))
    flash(_("Ditolak. Pengusul sudah diberi tahu."), "done")
    return redirect(url_for("accounts.proposals"), 303)
