"""What each table is news of, and who hears it. A table of these slices has its slice's topic unless it says otherwise."""

from __future__ import annotations

from functools import cache

from tesa.core.db import Base

OF_SLICE = {
    "tesa.intake": "queue",
    "tesa.psychologists": "duty",
    "tesa.outreach": "dispatch",
    "tesa.continuity": "line",
}
OF_TABLE: dict[str, str | None] = {
    # only the card of who is rung or asked shows these
    "offer": "offer",
    "offer_leg": "offer",
    "dispatch_offer": "offer",
    # whose they are is told herself
    "notice": None,
    # no moving part of a page shows these
    "browser_phone": None,
    "emergency_word": None,
    "oddity": None,
    "recorded_prompt": None,
    "sealed_chunk": None,
}
HEARD_BY = {
    "queue": ("contact.queue", "contact.count"),
    "duty": ("home.read",),
    "dispatch": ("dispatch.board",),
    "line": ("continuity.read",),
    "offer": ("home.read",),
}
"""The acts of which somebody may do at least one who hears of a topic."""


@cache
def topic_of(table: str) -> str | None:
    """The topic of `table`, or None."""
    if table in OF_TABLE:
        return OF_TABLE[table]
    for mapper in Base.registry.mappers:
        if getattr(mapper.local_table, "name", None) == table:
            return OF_SLICE.get(".".join(mapper.class_.__module__.split(".")[:2]))
    return None
