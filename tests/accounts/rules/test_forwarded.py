"""Whose address counts where proxies of ours stand before TeSA."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from tesa.accounts.rules.forwarded import client_address

OURS = (ip_network("127.0.0.1"), ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"))


@pytest.mark.parametrize(
    ("peer", "header", "counts"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # not through us: whatever it says
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "192.0.2.9, 198.51.100.1", "198.51.100.1"),  # the left one was written by the client
        ("127.0.0.1", "192.0.2.9, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
        ("127.0.0.1", "10.9.9.9, 10.1.2.3", "10.9.9.9"),
        ("127.0.0.1", " 2001:db9::1 ", "2001:db9::1"),
        ("2001:db8::5", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1, nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.1:4711", "127.0.0.1"),
        ("127.0.0.1", ",,,", "127.0.0.1"),
        (None, "198.51.100.1", None),
        ("nonsense", "198.51.100.1", "nonsense"),
    ],
)
def test_the_nearest_stranger(peer: str | None, header: str, counts: str | None) -> None:
    assert client_address(peer, header, OURS) == counts


def test_by_default_nobody_is_believed() -> None:
    assert client_address("127.0.0.1", "198.51.100.1", ()) == "127.0.0.1"


def test_a_very_long_list_ends() -> None:
    assert client_address("127.0.0.1", "10.0.0.1," * 100_000 + "10.0.0.1", OURS) == "10.0.0.1"
