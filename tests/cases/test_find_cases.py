from __future__ import annotations

import pytest
from flask import Flask

from tesa.cases.actions.find_cases import find_cases
from tesa.core.transactions import transaction
from tests.cases.making import NOW, NUMBER, audited, make_case
from tests.support.people import make_staff


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (NUMBER, True),
        ("0812 0000 0017", True),
        ("2026-0001", True),
        ("2026/1", True),
        ("+6281200000018", False),
        ("2026-0002", False),
        ("", False),
        ("bukan nomor", False),
        ("\x00", False),
        ("'; DROP TABLE person; --", False),
        ("9" * 60, False),
    ],
)
def test_by_number(app: Flask, text: str, found: bool) -> None:
    owner, coordinator = make_staff(), make_staff("coordinator")
    case_id = make_case(owner)
    for who in (owner, coordinator):
        with transaction():
            assert find_cases(text, who, NOW) == ([case_id] if found else [])
    assert all(NUMBER not in e.details and "2026" not in e.details for e in audited("case.find"))


def test_a_foreign_case_is_not_found_and_the_search_is_on_record(app: Flask) -> None:
    make_case(make_staff())
    other = make_staff()
    with transaction():
        assert find_cases(NUMBER, other, NOW) == []
        assert find_cases("2026-0001", other, NOW) == []
    assert [(e.actor_id, e.object_id, e.details) for e in audited("case.find")] == [
        (other.id, None, '{"found":0,"way":"telephone"}'),
        (other.id, None, '{"found":0,"way":"case_number"}'),
    ]
