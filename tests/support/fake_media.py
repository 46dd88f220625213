"""Files that lie at Twilio, for a test: they are there or not, and break off where they are told to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tesa.telephony.media import Download, NotReady


class FakeMedia:
    """`files` holds bytes by address; `asked` remembers what was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.breaks_after: tuple[int, BaseException] | None = None  # bytes after which the next download ends in this

    @contextmanager
    def fetch(self, url: str) -> Iterator[Download]:
        """See tesa.telephony.media.MediaSource."""
        self.asked.append(url)
        if url not in self.files:
            raise NotReady("HTTP 404")
        yield Download("audio/wav", self._parts(self.files[url]))

    def _parts(self, content: bytes) -> Iterator[bytes]:
        after, self.breaks_after = self.breaks_after, None
        for at in range(0, len(content), 50_000):
            if after is not None and at >= after[0]:
                raise after[1]
            yield content[at : at + 50_000]
