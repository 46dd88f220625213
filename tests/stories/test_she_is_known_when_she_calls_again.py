"""Her language, and what she wished a moment ago, hold when she calls again."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tesa.cases.models import Person
from tesa.core.db import db
from tesa.core.transactions import transaction
from tesa.core.vault import vault
from tesa.intake import prompts
from tesa.intake.actions.link_case import link_case
from tesa.intake.queries import locked
from tests.stories.line import Caller, Hotline, said
from tests.support.client import OutsideClient
from tests.support.people import make_staff, signed_in

NUMBER = "+6281290000071"


def greeting(hotline: Hotline, number: str = NUMBER) -> tuple[Caller, str]:
    caller = hotline.calls(number)
    return caller, caller.heard[0]


@pytest.mark.parametrize(
    ("key", "language", "answer", "next_greeting"),
    [
        ("3", "en", prompts.LANGUAGE_EN.english, prompts.GREETING.english),
        ("4", "su", prompts.LANGUAGE_SU, prompts.GREETING),
        ("5", "jv", prompts.LANGUAGE_JV, prompts.GREETING),
        ("6", "id", prompts.LANGUAGE_ID, prompts.GREETING),
    ],
)
def test_a_language_is_chosen_and_remembered(
    hotline: Hotline, key: str, language: str, answer: str, next_greeting: str
) -> None:
    hotline.psychologist()
    caller, first = greeting(hotline)
    assert first == prompts.GREETING
    document = hotline.keys(caller, key)
    assert said(document) == f"{answer} {prompts.PRIVACY.words(language)}"
    assert {e.attrib["language"] for e in document.iter("Say")} == {"en-US" if key == "3" else "id-ID"}
    assert hotline.keys(caller, key) is not None  # pressing it again changes nothing
    assert hotline.contact(caller).language == language
    hotline.hangs_up(caller)
    hotline.clock.advance(40 * 24 * 3600)
    again, heard = greeting(hotline)
    assert heard == next_greeting
    assert hotline.contact(again).language == language
    assert hotline.contact(hotline.calls("+6281290000072")).language is None


def test_english_hears_every_sentence_in_english(hotline: Hotline) -> None:
    caller, _ = greeting(hotline)
    hotline.keys(caller, "3")
    for _ in range(8):
        hotline.clock.advance(12)
        hotline.waits(caller)
    keys = [said(hotline.keys(caller, key)) for key in "0172"]
    english = {s.english for s in prompts.sentences().values()} | {str(prompts.FOR_INDONESIAN)}
    for heard in (*caller.heard[2:], *keys):
        rest = heard
        for sentence in sorted(english, key=len, reverse=True):
            rest = rest.replace(sentence, "")
        assert rest.strip() == "", heard


def test_a_known_person_is_greeted_in_her_language_from_another_contact(hotline: Hotline) -> None:
    psychologist = hotline.psychologist()
    caller, _ = greeting(hotline)
    hotline.keys(caller, "3")
    with transaction():
        contact = locked(caller.contact_id)
        assert contact is not None
        link_case(contact, None, "Melati", psychologist.id, hotline.clock.now())
    assert db.session.scalars(select(Person.language)).all() == ["en"]
    hotline.hangs_up(caller)
    with transaction():  # that contact is destroyed one day; the person stays
        found = locked(caller.contact_id)
        assert found is not None
        found.language, found.caller_index = None, None
    assert greeting(hotline)[1] == prompts.GREETING.english


def test_a_number_with_the_same_short_index_is_somebody_else(hotline: Hotline) -> None:
    """The index is short: two numbers may share it."""
    caller, _ = greeting(hotline)
    hotline.keys(caller, "3")
    with transaction():
        contact = locked(caller.contact_id)
        assert contact is not None
        contact.caller_index = vault.blind_index("number", "+6281290000099")
    assert greeting(hotline, "+6281290000099")[1] == prompts.GREETING


def test_what_she_wished_just_now_still_holds(hotline: Hotline) -> None:
    hotline.psychologist()
    first, _ = greeting(hotline)
    hotline.keys(first, "1")
    hotline.keys(first, "1")
    hotline.keys(first, "0")
    hotline.hangs_up(first)
    second, _ = greeting(hotline)
    contact = hotline.contact(second)
    assert (contact.wish_woman, contact.risk) == (True, "emergency")
    assert contact.emergency_at is not None
    hotline.hangs_up(second)
    hotline.clock.advance(25 * 3600)
    third = hotline.contact(greeting(hotline)[0])
    assert (third.wish_woman, third.emergency_at) == (False, None)


def test_the_same_person_answers_and_sees_how_often_she_called(hotline: Hotline, new_client, clock: object) -> None:
    psychologist = hotline.psychologist()
    first, _ = greeting(hotline)
    hotline.pass_seconds(5)
    hotline.answers(psychologist, first)
    hotline.hangs_up(first)
    hotline.caller_status(first, "completed")
    second, _ = greeting(hotline)
    third, _ = greeting(hotline)
    assert hotline.contact(second).first_to_ring_id == psychologist.id
    coordinator: OutsideClient = signed_in(new_client(), make_staff("coordinator"))
    page = coordinator.get(f"/kontak/{third.contact_id}").text
    assert "2 kali dalam 24 jam" in page
    assert f"/kontak/{second.contact_id}" in page


def test_her_place_is_told_without_a_promise(hotline: Hotline) -> None:
    hotline.psychologist()
    first, _ = greeting(hotline)
    hotline.clock.advance(2)
    second, _ = greeting(hotline, "+6281290000072")

    def place(caller: Caller) -> str:
        for _ in range(4):  # once in four rounds
            hotline.waits(caller)
        return caller.heard[-1]

    assert place(first) == prompts.YOU_ARE_NEXT
    assert place(second) == prompts.SOME_BEFORE_YOU
    hotline.keys(second, "0")  # an emergency goes first
    assert place(first) == prompts.SOME_BEFORE_YOU
    assert place(second) == prompts.YOU_ARE_NEXT
