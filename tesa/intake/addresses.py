"""The public addresses that intake hands to Twilio. Absolute, because they also travel by REST."""

from __future__ import annotations

import uuid

from tesa.telephony.inbound import settings

QUEUE = "hotline"


def of_call(contact_id: uuid.UUID, what: str) -> str:
    """The address of a caller's leg: wait, key, blocked, quiet, safe, left, join, after, recorded."""
    return settings().url(f"/twilio/voice/{contact_id}/{what}")


def asked(contact_id: uuid.UUID, question: uuid.UUID) -> str:
    """Where a caller who cannot speak hears a question."""
    return of_call(contact_id, f"asked?q={question}")


def answered(contact_id: uuid.UUID, question: uuid.UUID) -> str:
    """Where her key goes."""
    return of_call(contact_id, f"answered?q={question}")


def of_offer(token: str, what: str = "") -> str:
    """The address of an offered leg: the whisper itself, or key, status, join, after, gone."""
    return settings().url(f"/twilio/offer/{token}" + (f"/{what}" if what else ""))


def of_back(token: str, what: str = "") -> str:
    """The address of a call back: the own phone's whisper, or key, status, she (what she hears), yes."""
    return settings().url(f"/twilio/back/{token}" + (f"/{what}" if what else ""))


def of_room(contact_id: uuid.UUID) -> str:
    """Where the events of a conference go."""
    return settings().url(f"/twilio/room/{contact_id}/events")


def of_leg(token: str, what: str = "") -> str:
    """The address of a participant's leg: its first document, or key, status, after, menu, choose, back, digits."""
    return settings().url(f"/twilio/leg/{token}" + (f"/{what}" if what else ""))


def room_hold(contact_id: uuid.UUID) -> str:
    """What the client hears on hold."""
    return settings().url(f"/twilio/room/{contact_id}/hold")


def room_listened() -> str:
    """What a psychologist hears when a coordinator begins to listen."""
    return settings().url("/twilio/room/listened")


def room_wait(language: str | None = None) -> str:
    """What the first person in a conference hears until the other one is there; `language`: in which she is spoken to."""
    return settings().url("/twilio/room/wait" + (f"?l={language}" if language else ""))


def of_message(message_id: uuid.UUID) -> str:
    """Where the delivery states of one outgoing message go."""
    return settings().url(f"/twilio/message/status?ref={message_id}")


def of_page() -> str:
    """Where the delivery states of a page to staff go."""
    return settings().url("/twilio/page/status")


def room(contact_id: uuid.UUID, turn: int = 1) -> str:
    """The name of a contact's conference; each turn (a line that broke off and is mended) has a room of its own."""
    return f"kontak-{contact_id}" + (f"-{turn}" if turn > 1 else "")


def inbox() -> str:
    """The link in a page to staff."""
    return settings().url("/kotak")
