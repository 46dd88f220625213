"""From which address a request really comes, where proxies of ours stand before TeSA. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address

Network = IPv4Network | IPv6Network
MOST_HOPS = 20


def client_address(peer: str | None, forwarded_for: str, trusted: Sequence[Network]) -> str | None:
    """The address nearest to us that is no proxy of ours: `peer`, or the right-most stranger in X-Forwarded-For.

    What stands further left was written by strangers and says nothing. Without trusted proxies it is always `peer`;
    so it is where the header holds something that is no address.
    """
    address = peer
    for hop in [*reversed(forwarded_for.split(",")[-MOST_HOPS:]), None]:
        if address is None or not _is_trusted(address, trusted) or hop is None:
            return address
        if not _is_address(hop.strip()):
            return address
        address = hop.strip()
    return address


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_trusted(text: str, trusted: Sequence[Network]) -> bool:
    return _is_address(text) and any(ip_address(text) in network for network in trusted)
