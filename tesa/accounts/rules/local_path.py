"""Where a person is led after signing in: only ever to a page of this site."""

from __future__ import annotations

from urllib.parse import urlsplit


def local_path(wish: str | None) -> str | None:
    """`wish` if it is a path on this site, else None.

    Refuses whatever a browser could read as another host: `//evil`, `/\\evil`, schemes, control characters, spaces.
    """
    if not wish or len(wish) > 500 or not wish.startswith("/") or wish.startswith("//"):
        return None
    if "\\" in wish or any(ord(c) <= 0x20 or ord(c) == 0x7F for c in wish):
        return None
    try:
        parts = urlsplit(wish)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else wish
