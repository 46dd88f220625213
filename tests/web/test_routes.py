"""Builders of addresses are compiled late, and give what Werkzeug's own give."""

from __future__ import annotations

import pytest
from werkzeug.routing import Map, Rule

from tesa.web.routes import Route

ADDRESSES: list[tuple[str, dict[str, object]]] = [
    ("/", {}),
    ("/contacts", {"page": 2, "q": "a b"}),
    ("/contacts/<uuid:contact_id>/key", {"contact_id": "7e57", "after": "x/y"}),
    ("/static/<path:filename>", {"filename": "a/b c.js"}),
    ("/lang/<code>", {"code": "id?&"}),
]


def _build(rule_class: type[Rule], address: str, values: dict[str, object], append_unknown: bool) -> list[str]:
    adapter = Map([rule_class(address, endpoint="there")], merge_slashes=False).bind("contoh.id")
    return [adapter.build("there", values, append_unknown=append_unknown) for _ in range(2)]


@pytest.mark.parametrize("append_unknown", [True, False])
@pytest.mark.parametrize(("address", "values"), ADDRESSES)
def test_an_address_is_the_same_the_first_time_and_later(
    address: str, values: dict[str, object], append_unknown: bool
) -> None:
    usual = _build(Rule, address, values, append_unknown)
    assert _build(Route, address, values, append_unknown) == usual
