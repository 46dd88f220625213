"""The vocabulary of contacts, calls and messages."""

from __future__ import annotations

from enum import StrEnum


class Channel(StrEnum):
    """How a contact came."""

    VOICE = "voice"
    WHATSAPP = "whatsapp"
    SMS = "sms"


class Language(StrEnum):
    """What she asked to be spoken to in. Sentences exist in the first two; the others are a wish for the psychologist."""

    INDONESIAN = "id"
    ENGLISH = "en"
    SUNDANESE = "su"
    JAVANESE = "jv"


def spoken_in(language: str | None) -> Language:
    """In which language our sentences are said to somebody who asked for `language`."""
    return Language.ENGLISH if language == Language.ENGLISH else Language.INDONESIAN


class ContactState(StrEnum):
    """Where a contact stands. All but `finalized` still need somebody."""

    WAITING = "waiting"  # nobody has taken it
    IN_PROGRESS = "in_progress"  # a psychologist talks or writes with her
    TO_RECORD = "to_record"  # the talk is over, the record is not written
    CALL_BACK = "call_back"  # she could not wait; a call-back task is open
    FINALIZED = "finalized"


TEST_NUMBER = -1  # an offer's setting_number: our own second number, on which a test of the line is answered


class OfferOutcome(StrEnum):
    """How an offer ended; None while it is open."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    MISSED = "missed"
    CANCELLED = "cancelled"  # somebody else took it, or the caller left


NON_COUNSELLING = (
    "silent", "hang_up", "missed", "no_answer", "wrong_number", "prank", "abusive", "sexual_gratification",
    "threatening", "test", "thanks", "information_only", "service_complaint", "irrelevant", "training", "transferred",
    "outgoing", "follow_up", "no_consent", "inaudible", "network", "donation_volunteer",
)  # fmt: skip
COUNSELLING = "counselling"
SERVICES = ("information", "consultation", "complaint", "referral")

# Twilio's states of one leg, in the order of a life; a lower one that arrives late changes nothing.
LEG_RANK = {
    "queued": 1, "initiated": 2, "ringing": 3, "in-progress": 4,
    "completed": 9, "busy": 9, "no-answer": 9, "failed": 9, "canceled": 9,
}  # fmt: skip
FINAL_RANK = 9

# The states of an outgoing message likewise. "read" is the highest; a failure is final unless it was delivered.
MESSAGE_RANK = {
    "queued": 1, "sending": 2, "accepted": 2, "scheduled": 2, "sent": 3, "unknown": 4,
    "failed": 5, "undelivered": 5, "refused": 5, "delivered": 6, "read": 7,
}  # fmt: skip
