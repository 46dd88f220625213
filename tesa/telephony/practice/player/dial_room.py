"""`<Dial><Conference>`: stay in a room, with wait music before it starts and hold music in between."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from tesa.telephony.practice.conferences import Conference, LabelTaken, Participant
from tesa.telephony.practice.documents import Document, DocumentFailed, Source, spoken, whole, yes
from tesa.telephony.practice.legs import Callbacks, HungUp, Interrupted, Redirected
from tesa.telephony.practice.player.enqueue import MUSIC
from tesa.telephony.practice.player.player import IN_ROOM, Player
from tesa.telephony.practice.tapes import Tape

MOST_PARTICIPANTS = 250


def join(player: Player, verb: Element, noun: Element, document: Document) -> dict[str, str]:
    """Take part in a conference until leaving it; gives the action's parameters. A taken label is error 16025."""
    name = spoken(noun)
    participant = Participant(
        player.leg,
        label=noun.get("participantLabel", ""),
        muted=yes(noun, "muted"),
        coaching=bool(noun.get("coach")),
        call_to_coach=noun.get("coach", ""),
        start_on_enter=yes(noun, "startConferenceOnEnter", True),
        end_on_exit=yes(noun, "endConferenceOnExit"),
    )
    callbacks = None
    if address := noun.get("statusCallback"):
        events = frozenset(noun.get("statusCallbackEvent", "").split())
        callbacks = Callbacks(document.resolve(address), noun.get("statusCallbackMethod", "POST").upper(), events)
    existing = player.line.conferences.find(name)
    if existing is not None and len(existing.participants) >= whole(noun, "maxParticipants", 250, 2, MOST_PARTICIPANTS):
        return {"DialCallStatus": "failed", "DialBridged": "false"}
    wait = noun.get("waitUrl")
    music = document.follow(wait, noun.get("waitMethod")) if wait else None
    visit = Visit(callbacks, music, silent=wait == "", star=yes(verb, "hangupOnStar"), tape=_tape(noun, document))
    stay(player, name, participant, visit)
    return {"DialCallStatus": "answered", "DialBridged": "true"}


@dataclass(frozen=True, slots=True)
class Visit:
    """How a call stays in a room: whom to tell, what it hears before the start, and whether `*` leads out."""

    callbacks: Callbacks | None = None
    music: Source | None = None
    silent: bool = False
    star: bool = False
    tape: Tape | None = None


def _tape(noun: Element, document: Document) -> Tape | None:
    """The recording that a document asks for; the practice line keeps none whose end nobody wants to know."""
    url = noun.get("recordingStatusCallback")
    if noun.get("record") not in ("record-from-start", "true") or not url:
        return None
    return Tape(document.resolve(url), noun.get("recordingStatusCallbackMethod", "POST").upper())


def stay(player: Player, name: str, participant: Participant, visit: Visit) -> None:
    """Be in the room of that name until removed, until `*` (where it leads out), or until an order comes."""
    conferences, exchange = player.line.conferences, player.exchange
    try:
        room = conferences.enter(name, participant, visit.callbacks)
    except LabelTaken as error:
        exchange.journal.fault(16025, f"label {error} in room {name}")
        raise DocumentFailed(16025, "", "participant label is taken") from error
    if visit.tape is not None:
        player.line.tapes.begin(room, visit.tape)
    reason = "participant_hung_up"
    try:
        while participant.removed is None and not (visit.star and "*" in player.leg.keys):
            _one_spell(player, room, participant, visit)
    except Redirected:
        reason = "participant_updated_via_api"
        raise
    except HungUp as news:
        reason = "participant_hung_up" if news.by == "phone" else "participant_updated_via_api"
        raise
    finally:
        player.until = None
        if visit.star:
            player.leg.keys.clear()
        conferences.leave(room, participant, reason)


def _one_spell(player: Player, room: Conference, participant: Participant, visit: Visit) -> None:
    """One stretch between two changes: waiting for the start, talking, or on hold."""
    if participant.announcement is not None:
        told, participant.announcement = participant.announcement, None
        player.until = lambda: participant.removed is not None
        with suppress(Interrupted):
            player.listen(told, IN_ROOM)
        player.until = None
        return
    until = _change_of(player, room, participant, visit)
    waiting = room.status == "init"
    sound: Source | None = None
    if participant.hold and participant.hold_url:
        sound = Source(participant.hold_url, participant.hold_method)
    elif participant.hold or (waiting and visit.music is None and not visit.silent):
        player.leg.note("line", MUSIC)
    elif waiting:
        sound = visit.music
    player.until = until
    with suppress(Interrupted):
        if sound is not None:
            player.listen(sound, IN_ROOM)
        player.exchange.linger(player.leg, None, until)
    player.until = None


def _change_of(player: Player, room: Conference, participant: Participant, visit: Visit) -> Callable[[], bool]:
    """A condition that comes true when the room or the participant changes from what they are now."""
    status, changes = room.status, participant.changes

    def changed() -> bool:
        over = participant.removed is not None or participant.changes != changes or room.status != status
        return over or (visit.star and "*" in player.leg.keys)

    return changed
