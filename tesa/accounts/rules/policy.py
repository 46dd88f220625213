"""The one table of access: who may do what, with what, in which relation to it. Whatever is not in it is refused.

One line lets the holders of its roles do one act with things of one class, if they stand in one of its relations to
the thing and the thing is in one of its states. Several lines of one act are alternatives. `tesa access` prints the
table to docs/access.md for those who have to answer for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from tesa.accounts.rules.roles import Role


class Klass(StrEnum):
    """What an act is done with."""

    SELF = "self"  # her own profile, sessions, acts
    QUEUE = "queue"  # contacts as rows: channel, state, since when
    CONTACT = "contact"  # who called and what was said
    CASE = "case"
    NOTE = "note"
    DISPATCH = "dispatch"
    ROTA = "rota"
    ACCOUNT = "account"
    AUDIT = "audit"
    SETTING = "setting"  # words and figures that administrators keep


class Relation(StrEnum):
    """What somebody is to a thing."""

    ANY = "any"  # nothing needs to be between them, or the act concerns no single thing


@dataclass(frozen=True)
class Line:
    """One line of the table. `states` None: in every state.

    `fresh`: a second factor must have been shown within the last minutes. `opens`: sealed words leave the house with
    it, so it counts on the meter of readings.
    """

    act: str
    klass: Klass
    roles: frozenset[Role]
    relations: frozenset[Relation] = frozenset({Relation.ANY})
    states: frozenset[str] | None = None
    fresh: bool = False
    opens: bool = False


P, C, O, A = Role.PSYCHOLOGIST, Role.COORDINATOR, Role.OUTREACH, Role.ADMINISTRATOR  # noqa: E741
EVERYBODY = frozenset(Role)
_LINE = frozenset({P, C})
_FIELD = frozenset({O, C})
_DISPATCH = frozenset({P, C, O})


def _only(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


POLICY: tuple[Line, ...] = (
    # -- herself
    Line("home.read", Klass.SELF, EVERYBODY),
    Line("profile.own", Klass.SELF, EVERYBODY),
    # -- contacts
    Line("contact.queue", Klass.QUEUE, _LINE),
    Line("contact.read", Klass.CONTACT, _LINE),
    Line("contact.take", Klass.CONTACT, _LINE),
    Line("contact.reply", Klass.CONTACT, _LINE),
    Line("contact.emergency", Klass.CONTACT, _LINE),
    Line("contact.finalize", Klass.CONTACT, _LINE),
    Line("contact.case", Klass.CONTACT, _only(P)),
    Line("call_back.close", Klass.CONTACT, _LINE),
    # -- cases
    Line("case.list", Klass.CASE, _LINE),
    Line("case.find", Klass.CASE, _LINE),
    Line("case.read", Klass.CASE, _LINE),
    Line("case.screen", Klass.CASE, _LINE),
    Line("case.assign", Klass.CASE, _LINE),
    Line("case.close", Klass.CASE, _LINE),
    Line("case.reopen", Klass.CASE, _LINE),
    Line("person.describe", Klass.CONTACT, _only(P)),
    Line("person.safe_contact", Klass.CONTACT, _only(P)),
    Line("note.read", Klass.NOTE, _only(P)),
    Line("note.write", Klass.NOTE, _only(P)),
    # -- outreach
    Line("dispatch.board", Klass.DISPATCH, _DISPATCH),  # those that concern her
    Line("dispatch.read", Klass.DISPATCH, _DISPATCH),  # the sealed texts after acknowledging
    Line("dispatch.request", Klass.DISPATCH, _LINE),  # ask for one, amend her own
    Line("dispatch.answer", Klass.DISPATCH, _FIELD),  # say yes or no to an offer made to her
    Line("dispatch.move", Klass.DISPATCH, _DISPATCH),  # the steps that are hers to say
    Line("dispatch.progress", Klass.DISPATCH, _LINE),  # how far it is, on the contact's or the case's page
    # -- rota and duty
    Line("rota.read", Klass.ROTA, _only(P, C, A)),
    Line("rota.write", Klass.ROTA, _only(C)),  # add, change, remove, import
    Line("rota.own", Klass.ROTA, _DISPATCH),  # her own shifts
    Line("duty.own", Klass.ROTA, _DISPATCH),  # sign on and off, pause
    # -- accounts
    Line("staff.list", Klass.ACCOUNT, _only(A)),
    Line("staff.write", Klass.ACCOUNT, _only(A)),
    Line("permissions.list", Klass.ACCOUNT, _only(A, C)),
    # -- words and figures
    Line("emergency_words.edit", Klass.SETTING, _only(A)),
)


def roles_of(lines: Iterable[Line]) -> dict[str, frozenset[Role]]:
    """Which roles may do each act at all, whatever the relation."""
    whole: dict[str, frozenset[Role]] = {}
    for line in lines:
        whole[line.act] = whole.get(line.act, frozenset()) | line.roles
    return whole
