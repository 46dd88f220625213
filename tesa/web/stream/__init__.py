"""Streams: how open pages hear at once that there is something to ask for. docs/adr/0010-pages-are-told.md says why."""
