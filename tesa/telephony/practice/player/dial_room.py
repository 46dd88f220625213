"""`<Dial><Conference>`: stay in a room, with wait music before it starts and hold music in between."""

from collections.abc import Callable
from contextlib import suppress
from xml.etree.ElementTree import Element

from tesa.telephony.practice.conferences import Conference, LabelTaken, Participant
from tesa.telephony.practice.documents import Document, DocumentFailed, Source, spoken, whole, yes
from tesa.telephony.practice.legs import Callbacks, HungUp, Interrupted, Redirected
from tesa.telephony.practice.player.enqueue import MUSIC
from tesa.telephony.practice.player.player import IN_ROOM, Player

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
    stay(player, name, participant, callbacks, music, silent=wait == "", star=yes(verb, "hangupOnStar"))
    return {"DialCallStatus": "answered", "DialBridged": "true"}


def stay(
    player: Player,
    name: str,
    participant: Participant,
    callbacks: Callbacks | None,
    music: Source | None,
    silent: bool = False,
    star: bool = False,
) -> None:
    """Be in the room of that name until removed, until `*` (where `star`), or until an order comes."""
    conferences, exchange = player.line.conferences, player.exchange
    try:
        room = conferences.enter(name, participant, callbacks)
    except LabelTaken as error:
        exchange.journal.fault(16025, f"label {error} in room {name}")
        raise DocumentFailed(16025, "", "participant label is taken") from error
    reason = "participant_hung_up"
    try:
        while participant.removed is None and not (star and "*" in player.leg.keys):
            _one_spell(player, room, participant, music, silent, star)
    except Redirected:
        reason = "participant_updated_via_api"
        raise
    except HungUp as news:
        reason = "participant_hung_up" if news.by == "phone" else "participant_updated_via_api"
        raise
    finally:
        player.until = None
        conferences.leave(room, participant, reason)


def _one_spell(
    player: Player, room: Conference, participant: Participant, music: Source | None, silent: bool, star: bool
) -> None:
    """One stretch between two changes: waiting for the start, talking, or on hold."""
    status, changes = room.status, participant.changes
    until = _changed(player, room, participant, status, changes, star)
    sound: Source | None = None
    if participant.hold and participant.hold_url:
        sound = Source(participant.hold_url, participant.hold_method)
    elif participant.hold or (status == "init" and music is None and not silent):
        player.leg.note("line", MUSIC)
    elif status == "init":
        sound = music
    player.until = until
    with suppress(Interrupted):
        if sound is not None:
            player.listen(sound, IN_ROOM)
        player.exchange.linger(player.leg, None, until)
    player.until = None


def _changed(
    player: Player, room: Conference, participant: Participant, status: str, changes: int, star: bool
) -> Callable[[], bool]:
    def changed() -> bool:
        over = participant.removed is not None or participant.changes != changes or room.status != status
        return over or (star and "*" in player.leg.keys)

    return changed
