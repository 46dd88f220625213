"""What intake seals: the caller's number, message texts, places and media references, files, odd requests.

The data key's owner is the contact, and of a file the file itself; its class is `contact`. Everything here comes from outside, so the public intake
key is enough to store it.
"""

from __future__ import annotations

import json
import uuid
from typing import Any

from tesa.core.vault import BlindIndex, Field, SealedColumn, vault
from tesa.core.vault.files import chunk_field
from tesa.intake.file_models import SealedChunk, SealedFile
from tesa.intake.flag_models import NumberFlag
from tesa.intake.models import CallBackTask, Contact, Message, Oddity
from tesa.intake.talk_models import TalkLeg, ThirdParty
from tesa.telephony.numbers import normalised


def _field(table: str, column: str, row: uuid.UUID, contact: uuid.UUID) -> Field:
    return Field(table, column, row, owner=contact, klass="contact")


def _caller(contact_id: uuid.UUID) -> Field:
    return _field("contact", "caller", contact_id, contact_id)


def _message(column: str, message_id: uuid.UUID, contact_id: uuid.UUID) -> Field:
    return _field("message", column, message_id, contact_id)


def _task(column: str, task_id: uuid.UUID, contact_id: uuid.UUID) -> Field:
    return _field("call_back_task", column, task_id, contact_id)


def _reference(file_id: uuid.UUID) -> Field:
    return _field("sealed_file", "reference", file_id, file_id)


def _chunk(file_id: uuid.UUID, number: int, last: bool) -> Field:
    return chunk_field("sealed_chunk", "body", file_id, number, last=last)


def _oddity(oddity_id: uuid.UUID) -> Field:
    return _field("oddity", "form", oddity_id, oddity_id)


def _flag(flag_id: uuid.UUID) -> Field:
    return _field("number_flag", "number", flag_id, flag_id)


def seal_number(contact_id: uuid.UUID, raw: str) -> bytes:
    """Seal the caller's address as it came."""
    return vault.seal(_caller(contact_id), raw)


def open_number(contact_id: uuid.UUID, blob: bytes) -> str:
    """The caller's address as it came; empty when withheld."""
    return vault.unseal(_caller(contact_id), blob) or ""


def seal_flagged(flag_id: uuid.UUID, number: str) -> bytes:
    """Seal the number (E.164) that a flag is on; the flag owns the key, so that it outlives the contact."""
    return vault.seal(_flag(flag_id), number)


def open_flagged(flag_id: uuid.UUID, blob: bytes) -> str:
    """The number that a flag is on."""
    return vault.unseal(_flag(flag_id), blob) or ""


def seal_body(contact_id: uuid.UUID, message_id: uuid.UUID, body: str) -> bytes:
    """Seal a message's text."""
    return vault.seal(_message("body", message_id, contact_id), body)


def open_body(contact_id: uuid.UUID, message_id: uuid.UUID, blob: bytes) -> str:
    """A message's text."""
    return vault.unseal(_message("body", message_id, contact_id), blob) or ""


def seal_extras(contact_id: uuid.UUID, message_id: uuid.UUID, extras: dict[str, Any]) -> bytes:
    """Seal a message's place and media references."""
    return vault.seal(_message("extras", message_id, contact_id), json.dumps(extras))


def open_extras(contact_id: uuid.UUID, message_id: uuid.UUID, blob: bytes) -> dict[str, Any]:
    """A message's place and media references."""
    extras: dict[str, Any] = json.loads(vault.unseal(_message("extras", message_id, contact_id), blob) or "{}")
    return extras


def seal_reference(file_id: uuid.UUID, url: str) -> bytes:
    """Seal the address of a file at the provider."""
    return vault.seal(_reference(file_id), url)


def open_reference(file_id: uuid.UUID, blob: bytes) -> str:
    """The address of a file at the provider."""
    return vault.unseal(_reference(file_id), blob) or ""


def seal_chunk(file_id: uuid.UUID, number: int, content: bytes, *, last: bool) -> bytes:
    """Seal chunk `number` of a file."""
    return vault.seal_bytes(_chunk(file_id, number, last), content)


def open_chunk(file_id: uuid.UUID, number: int, blob: bytes, *, last: bool) -> bytes:
    """Chunk `number` of a file. `last`: what its place in the whole file says, not what its row claims."""
    return vault.unseal_bytes(_chunk(file_id, number, last), blob)


def seal_task(contact_id: uuid.UUID, task_id: uuid.UUID, column: str, text: str) -> bytes:
    """Seal a call-back task's reason."""
    return vault.seal(_task(column, task_id, contact_id), text)


def open_task(contact_id: uuid.UUID, task_id: uuid.UUID, column: str, blob: bytes) -> str:
    """A call-back task's reason."""
    return vault.unseal(_task(column, task_id, contact_id), blob) or ""


def seal_oddity(oddity_id: uuid.UUID, form: dict[str, list[str]]) -> bytes:
    """Seal an odd request whole."""
    return vault.seal(_oddity(oddity_id), json.dumps(form))


def _leg(leg_id: uuid.UUID, contact_id: uuid.UUID) -> Field:
    return _field("talk_leg", "number", leg_id, contact_id)


def seal_typed_number(contact_id: uuid.UUID, leg_id: uuid.UUID, number: str) -> bytes:
    """Seal the number of a third party that was typed into a talk."""
    return vault.seal(_leg(leg_id, contact_id), number)


def open_typed_number(contact_id: uuid.UUID, leg_id: uuid.UUID, blob: bytes) -> str:
    """The number that was typed."""
    return vault.unseal(_leg(leg_id, contact_id), blob) or ""


def _party(column: str, party_id: uuid.UUID) -> Field:
    return Field("third_party", column, party_id, owner=party_id, klass="staff")


def seal_party(party_id: uuid.UUID, column: str, text: str) -> bytes:
    """Seal the name or the number of somebody on the list of third parties."""
    return vault.seal(_party(column, party_id), text)


def open_party(party_id: uuid.UUID, column: str, blob: bytes) -> str:
    """The name or the number."""
    return vault.unseal(_party(column, party_id), blob) or ""


SEALED = (
    SealedColumn(
        Contact,
        "caller_sealed",
        "contact",
        lambda contact: _caller(contact.id),
        BlindIndex("caller_index", "number", normalised),
    ),
    SealedColumn(Message, "body_sealed", "contact", lambda m: _message("body", m.id, m.contact_id)),
    SealedColumn(Message, "extras_sealed", "contact", lambda m: _message("extras", m.id, m.contact_id)),
    SealedColumn(CallBackTask, "reason_sealed", "contact", lambda t: _task("reason", t.id, t.contact_id)),
    SealedColumn(TalkLeg, "number_sealed", "contact", lambda leg: _leg(leg.id, leg.contact_id)),
    SealedColumn(ThirdParty, "name_sealed", "staff", lambda party: _party("name", party.id)),
    SealedColumn(ThirdParty, "number_sealed", "staff", lambda party: _party("number", party.id)),
    SealedColumn(SealedFile, "reference_sealed", "contact", lambda file: _reference(file.id)),
    SealedColumn(SealedChunk, "body_sealed", "contact", lambda c: _chunk(c.file_id, c.number, c.last)),
    SealedColumn(Oddity, "form_sealed", "contact", lambda oddity: _oddity(oddity.id)),
    SealedColumn(
        NumberFlag,
        "number_sealed",
        "contact",
        lambda flag: _flag(flag.id),
        BlindIndex("number_index", "number", normalised),
    ),
)
