"""How long a sign-in has to wait after failures: no lock-out, only a wait that doubles up to a minute. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

FREE_TRIES = 3
LONGEST = 60  # seconds
FORGOTTEN_AFTER = timedelta(hours=1)


def wait_after(tries: int) -> timedelta:
    """How long to wait after `tries` tries in a row without success."""
    if tries < FREE_TRIES:
        return timedelta(0)
    return timedelta(seconds=min(LONGEST, 2 ** min(tries - FREE_TRIES + 1, 10)))


def seconds_left(wait_until: datetime, now: datetime) -> int:
    """Whole seconds until `wait_until`, 0 when it has passed; never more than LONGEST, whatever the clock did."""
    left = (wait_until - now).total_seconds()
    return min(LONGEST, int(left) + 1) if left > 0 else 0


def network_of(address: str | None) -> str:
    """The network that an address belongs to: an IPv4 /24 or an IPv6 /64. Empty for what is no address."""
    try:
        ip = ip_address(address or "")
    except ValueError:
        return ""
    return str(ip_network(f"{ip}/{24 if ip.version == 4 else 64}", strict=False))
