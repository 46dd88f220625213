"""The one table of access: who may do what, with what, in which relation to it. Whatever is not in it is refused.

One line lets the holders of its roles do one act with things of one class, if they stand in one of its relations to
the thing and the thing is in one of its states. Several lines of one act are alternatives. `tesa access` prints the
table to docs/access.md for those who have to answer for it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

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
    """What somebody is to a thing. She may be several of these, or nothing: then only lines with ANY are for her."""

    ANY = "any"  # nothing needs to be between them, or the act concerns no single thing
    OWN = "own"  # her contact, her case
    HELPING = "helping"  # to a case: has a contact of it now, or handed it over lately
    UNASSIGNED = "unassigned"  # to a contact: it waits, or is owed a call back, and is nobody's yet
    OFFERED = "offered"  # to a contact or a dispatch: she is being asked whether she takes it
    REQUESTED = "requested"  # to a dispatch: she asked for it, or stands at the desk of a caller who did
    DISPATCHED = "dispatched"  # to a dispatch: she has it
    OVERSEEING = "overseeing"  # a coordinator, to every contact, case and dispatch
    BREAK_GLASS = "break_glass"  # to a case: a coordinator who opened it for an hour, for a reason


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


def _to(*relations: Relation) -> frozenset[Relation]:
    return frozenset(relations)


ANY, OWN, HELPING, UNASSIGNED, OFFERED, REQUESTED, DISPATCHED, OVERSEEING, BREAK_GLASS = Relation
_MINE = _to(OWN, HELPING)  # a case on which a psychologist works
_NEAR = _to(OWN, UNASSIGNED, OFFERED)  # a contact of which a psychologist may know
_ALL = _to(OVERSEEING)
_ASKED, _HAS = _to(REQUESTED), _to(DISPATCHED)
_ON_THE_WAY = frozenset({"requested", "acknowledged", "en_route", "on_scene"})  # a dispatch that somebody needs

POLICY: tuple[Line, ...] = (
    # -- herself
    Line("home.read", Klass.SELF, EVERYBODY),
    Line("profile.own", Klass.SELF, EVERYBODY),
    Line("session.prove", Klass.SELF, EVERYBODY),  # show her second factor again
    Line("screen.lock", Klass.SELF, EVERYBODY),  # and unlock it
    Line("softphone.use", Klass.SELF, _LINE),  # the telephone in the browser
    Line("notice.own", Klass.SELF, EVERYBODY),  # what she has been told
    Line("factor.change", Klass.SELF, EVERYBODY, fresh=True),  # passkeys, recovery codes
    # -- contacts
    Line("contact.queue", Klass.QUEUE, _LINE),  # the inbox; its rows are those of contact.read
    Line("contact.count", Klass.QUEUE, _only(P, C, A)),
    Line("contact.read", Klass.QUEUE, _only(P), _NEAR),  # that there is one, its state, who was asked when
    Line("contact.read", Klass.QUEUE, _only(C), _ALL),
    Line("contact.words", Klass.CONTACT, _LINE, _to(OWN), opens=True),  # what was said
    Line("contact.number", Klass.CONTACT, _only(P), _to(OWN), opens=True),  # in clear; for all others it is masked
    Line("number.reveal", Klass.CONTACT, _only(C), _to(OVERSEEING, BREAK_GLASS), opens=True),  # of a contact, of a case
    Line("contact.take", Klass.CONTACT, _LINE, _to(UNASSIGNED, OFFERED, OWN)),  # her own: one assigned to her
    Line("contact.reply", Klass.CONTACT, _LINE, _to(OWN)),
    Line("contact.ask", Klass.CONTACT, _LINE, _to(OWN)),  # of a caller who cannot speak, answered with keys
    Line("contact.emergency", Klass.CONTACT, _only(P), _NEAR),
    Line("contact.emergency", Klass.CONTACT, _only(C), _ALL),
    Line("contact.finalize", Klass.CONTACT, _LINE, _to(OWN)),
    Line("contact.finalize", Klass.CONTACT, _only(C), _ALL),
    Line("contact.case", Klass.CONTACT, _only(P), _to(OWN)),
    Line("contact.exclude", Klass.CONTACT, _only(P), _to(OWN)),  # never offer it to somebody
    Line("contact.exclude", Klass.CONTACT, _only(C), _ALL),
    Line(
        "contact.unrecord", Klass.CONTACT, _LINE, _to(OWN)
    ),  # her consent to a recording is withdrawn: it is destroyed
    Line("contact.unrecord", Klass.CONTACT, _only(C), _ALL),
    Line("call_back.close", Klass.CONTACT, _only(P), _NEAR),
    Line("call_back.close", Klass.CONTACT, _only(C), _ALL),
    Line("call_back.call", Klass.CONTACT, _only(P), _NEAR),
    Line("call_back.call", Klass.CONTACT, _only(C), _ALL),
    Line("number.flag", Klass.CONTACT, _only(P), _to(OWN)),  # warn of the number of a contact, for a time
    Line("number.flag", Klass.CONTACT, _only(C), _ALL),
    Line("number.block", Klass.CONTACT, _only(C), _ALL),  # not put it through, for a time
    Line("flag.list", Klass.CONTACT, _only(C)),  # masked numbers with a flag
    Line("flag.change", Klass.CONTACT, _only(C)),  # decide a suggestion, prolong, lift
    # -- the line as it is now
    Line("live.read", Klass.QUEUE, _only(C)),  # who does what, who waits, how fast was answered; no names, no numbers
    Line("live.rehearse", Klass.CONTACT, _only(C)),  # who would ring for a number, and why
    # -- a talk on the telephone
    Line("talk.lead", Klass.CONTACT, _LINE, _to(OWN)),  # hold, mute, hand over, call others in
    Line("talk.end", Klass.CONTACT, _LINE, _to(OWN)),
    Line("talk.end", Klass.CONTACT, _only(C), _ALL),
    Line("talk.done", Klass.CONTACT, _LINE, _NEAR),  # hers broke off, and they had finished
    Line("talk.listen", Klass.CONTACT, _only(C), _ALL),  # listen, whisper, speak; the psychologist sees and hears it
    # -- cases
    Line("case.list", Klass.CASE, _LINE),  # its rows are those of case.read
    Line("case.find", Klass.CASE, _LINE),
    Line("case.read", Klass.CASE, _only(P), _MINE),
    Line("case.read", Klass.CASE, _only(C), _to(OVERSEEING, BREAK_GLASS)),
    Line("case.screen", Klass.CASE, _only(P), _MINE),
    Line("case.lower", Klass.CASE, _only(P), _to(OWN)),  # judge the risk lower than before; a reason is asked for
    Line("case.assign", Klass.CASE, _only(P), _to(OWN)),
    Line("case.assign", Klass.CASE, _only(C), _ALL),
    Line("case.exclude", Klass.CASE, _only(P), _to(OWN)),  # never offer the person to somebody, and lift it
    Line("case.exclude", Klass.CASE, _only(C), _ALL),
    Line("case.close", Klass.CASE, _only(P), _to(OWN)),
    Line("case.close", Klass.CASE, _only(C), _ALL),
    Line("break_glass.open", Klass.NOTE, _only(C), _ALL, fresh=True),  # one case for an hour; all concerned are told
    Line("break_glass.read", Klass.NOTE, _only(C), opens=True),  # who did, why, and what she read
    Line("break_glass.read", Klass.NOTE, _only(A)),  # the same without the reason
    Line("break_glass.review", Klass.NOTE, _only(C, A)),
    Line("case.export", Klass.NOTE, _only(P), _to(OWN), fresh=True, opens=True),  # propose it, and download it once
    Line("case.export", Klass.NOTE, _only(C), _ALL, fresh=True, opens=True),
    Line("case.export.approve", Klass.NOTE, _only(C)),
    Line("case.reopen", Klass.CASE, _only(P), _to(OWN)),
    Line("case.reopen", Klass.CASE, _only(C), _ALL),
    Line("person.read", Klass.CONTACT, _only(P), _MINE, opens=True),  # name, number, words of the safe-contact plan
    Line("person.read", Klass.CONTACT, _only(C), _to(BREAK_GLASS), opens=True),
    Line("person.describe", Klass.CONTACT, _only(P), _MINE),
    Line("person.safe_contact", Klass.CONTACT, _only(P), _MINE),
    Line("note.read", Klass.NOTE, _only(P), _MINE, opens=True),
    Line("note.read", Klass.NOTE, _only(C), _to(BREAK_GLASS), opens=True),
    Line("note.write", Klass.NOTE, _only(P), _MINE),
    Line("note.edit", Klass.NOTE, _only(P), _to(OWN)),  # one that she wrote herself, on a case where she may write
    # -- outreach
    Line("dispatch.board", Klass.DISPATCH, _DISPATCH),  # its cards are those of dispatch.read
    Line("dispatch.read", Klass.DISPATCH, _only(P), _ASKED),  # that there is one, how far it is, who was asked when
    Line("dispatch.read", Klass.DISPATCH, _FIELD, _HAS),
    Line("dispatch.read", Klass.DISPATCH, _only(O), _to(OFFERED), frozenset({"requested"})),
    Line("dispatch.read", Klass.DISPATCH, _only(C), _ALL),
    Line("dispatch.words", Klass.DISPATCH, _only(P), _ASKED, opens=True),  # place, what is known, safety notes
    Line("dispatch.words", Klass.DISPATCH, _FIELD, _HAS, _ON_THE_WAY, opens=True),  # as long as the task lasts
    Line("dispatch.words", Klass.DISPATCH, _only(C), _ALL, opens=True),
    Line("dispatch.request", Klass.DISPATCH, _only(P), _to(OWN)),  # for her contact
    Line("dispatch.request", Klass.DISPATCH, _only(C), _ALL),
    Line("dispatch.trail", Klass.DISPATCH, _only(P), _to(REQUESTED, OWN, HELPING)),  # who was asked, what happened
    Line("dispatch.trail", Klass.DISPATCH, _FIELD, _HAS),
    Line("dispatch.trail", Klass.DISPATCH, _only(C), _to(OVERSEEING, BREAK_GLASS)),
    Line("dispatch.amend", Klass.DISPATCH, _only(P), _ASKED, _ON_THE_WAY),
    Line("dispatch.amend", Klass.DISPATCH, _only(C), _ALL, _ON_THE_WAY),
    Line("dispatch.answer", Klass.DISPATCH, _FIELD, _to(OFFERED)),  # say yes or no
    Line("dispatch.move", Klass.DISPATCH, _only(P), _ASKED),  # one of the three below
    Line("dispatch.move", Klass.DISPATCH, _FIELD, _HAS),
    Line("dispatch.move", Klass.DISPATCH, _only(C), _ALL),
    Line("dispatch.advance", Klass.DISPATCH, _FIELD, _HAS),  # en route, on scene, cleared, nothing found
    Line("dispatch.advance", Klass.DISPATCH, _only(C), _ALL),
    Line("dispatch.call_off", Klass.DISPATCH, _only(P), _ASKED),
    Line("dispatch.call_off", Klass.DISPATCH, _only(C), _ALL),
    Line("dispatch.close", Klass.DISPATCH, _only(P), _ASKED),
    Line("dispatch.close", Klass.DISPATCH, _FIELD, _HAS),
    Line("dispatch.close", Klass.DISPATCH, _only(C), _ALL),
    Line("dispatch.progress", Klass.DISPATCH, _only(P), _NEAR | _MINE),  # how far it is, beside the contact or case
    Line("dispatch.progress", Klass.DISPATCH, _only(C), _to(OVERSEEING, BREAK_GLASS)),
    # -- rota and duty
    Line("rota.read", Klass.ROTA, _only(P, C, A)),
    Line("rota.write", Klass.ROTA, _only(C)),  # add, change, remove, import
    Line("rota.own", Klass.ROTA, _DISPATCH),  # her own shifts
    Line("duty.own", Klass.ROTA, _DISPATCH),  # sign on and off, pause
    Line("duty.others", Klass.ROTA, _only(C)),  # end somebody's duty, or her pause
    # -- accounts
    Line("staff.list", Klass.ACCOUNT, _only(A)),
    Line("staff.write", Klass.ACCOUNT, _only(A)),
    Line("permissions.list", Klass.ACCOUNT, _only(A, C)),
    # -- acts for two persons: one proposes, another answers
    Line("proposal.list", Klass.ACCOUNT, _only(P, C, A)),  # those that she may answer or has proposed
    Line("proposal.answer", Klass.ACCOUNT, _only(C, A), fresh=True),  # and what the kind of the proposal asks for
    Line("account.clinical_role", Klass.ACCOUNT, _only(A)),
    Line("account.clinical_role.approve", Klass.ACCOUNT, _only(C)),
    Line("account.enrolment", Klass.ACCOUNT, _only(A)),  # a new link for somebody who has a password already
    Line("account.enrolment.approve", Klass.ACCOUNT, _only(C)),
    # -- the trail
    Line("trail.own", Klass.AUDIT, EVERYBODY),  # her own acts
    Line("trail.case", Klass.AUDIT, _only(P), _to(OWN)),  # who did and opened what of a case
    Line("trail.case", Klass.AUDIT, _only(C), _ALL),
    Line("security.read", Klass.AUDIT, _only(A)),  # sign-ins, sessions, roles, keys: nothing of cases
    Line("meter.read", Klass.AUDIT, _only(C)),  # who opened how much, about which cases
    # -- how long things are kept
    Line("retention.read", Klass.SETTING, _only(C, A)),  # the rules, how much is due, which cases are held
    Line("retention.change", Klass.SETTING, _only(C), fresh=True),  # propose another number of days
    Line("retention.approve", Klass.SETTING, _only(C, A), fresh=True),
    Line("case.retention", Klass.CASE, _only(C), _ALL),  # what keeps a case
    Line("case.hold", Klass.CASE, _only(C), _ALL, fresh=True),  # set and lift
    Line("case.shred", Klass.CASE, _only(C), _ALL, fresh=True),  # propose that all of it is destroyed
    Line("case.shred.approve", Klass.CASE, _only(C, A), fresh=True),
    # -- the line itself
    Line("continuity.read", Klass.SETTING, _only(C, A)),  # the document for when we are down, the tests of the line
    Line("continuity.test", Klass.SETTING, _only(C, A)),  # let the line call itself now
    # -- words and figures
    Line("recording.read", Klass.SETTING, _only(P, C, A)),  # are talks recorded, since when
    Line("recording.change", Klass.SETTING, _only(A), fresh=True),  # propose that they are
    Line("recording.approve", Klass.SETTING, _only(C), fresh=True),
    Line("recording.stop", Klass.SETTING, _only(C, A)),
    Line("emergency_words.edit", Klass.SETTING, _only(A)),
    Line("third_parties.edit", Klass.SETTING, _only(A)),  # who may be called into a talk
    Line("prompts.read", Klass.SETTING, _only(C, A)),  # what callers hear, and how it sounds
    Line("prompts.edit", Klass.SETTING, _only(A)),  # upload and delete recordings
)


_BY_ACT: dict[str, list[Line]] = {}
for _line in POLICY:
    _BY_ACT.setdefault(_line.act, []).append(_line)


class Actor(Protocol):
    """Somebody who acts: a signed-in person or a member of staff."""

    @property
    def id(self) -> uuid.UUID: ...

    @property
    def roles(self) -> frozenset[Role]: ...


@dataclass(frozen=True)
class Standing:
    """Somebody before one thing: her roles, and what she is to it."""

    roles: frozenset[Role]
    relations: frozenset[Relation] = frozenset()

    def may(self, act: str, state: str | None = None) -> bool:
        """May she do `act` with it, while it is in `state`? False for an act that is not in the table."""
        with_any = Standing(self.roles, self.relations | {ANY})
        return any(with_any._meets(line, state) for line in _BY_ACT.get(act, ()))

    def acts(self, state: str | None = None) -> frozenset[str]:
        """All that she may do with it because of what she is to it."""
        return frozenset(line.act for line in POLICY if self._meets(line, state))

    def _meets(self, line: Line, state: str | None) -> bool:
        in_time = line.states is None or state in line.states
        return in_time and bool(self.roles & line.roles) and bool(self.relations & line.relations)


def may(roles: Iterable[Role], act: str, relations: Iterable[Relation] = (), state: str | None = None) -> bool:
    """May somebody with `roles`, who is `relations` to a thing in `state`, do `act` with it? What no line says: no."""
    return Standing(frozenset(roles), frozenset(relations)).may(act, state)


def roles_of(lines: Iterable[Line]) -> dict[str, frozenset[Role]]:
    """Which roles may do each act at all, whatever the relation."""
    whole: dict[str, frozenset[Role]] = {}
    for line in lines:
        whole[line.act] = whole.get(line.act, frozenset()) | line.roles
    return whole
