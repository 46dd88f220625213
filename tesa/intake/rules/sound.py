"""What a sound file really is: its kind and length, read from its bytes and not from its name. Pure.

Twilio plays WAV (PCM, A-law, µ-law) and MP3. A file that is neither, or that breaks off, is refused.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

MOST_BYTES = 1024 * 1024
LONGEST = {  # seconds
    "greeting": 5.0,
    "privacy": 10.0,
    "waiting_music": 30.0,  # a caller of whom nothing is heard for a minute is believed to be gone
}
LONGEST_OTHER = 20.0
WAV, MP3 = "audio/wav", "audio/mpeg"
_WAV_FORMATS = {1: "PCM", 6: "A-law", 7: "µ-law"}
_BITRATES = {  # kbit/s by (MPEG version 1?, layer III)
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_FEWEST_FRAMES = 4  # three in a row by chance are rarer than one in ten million


class NoSound(ValueError):
    """The file is no sound that can be played."""


@dataclass(frozen=True)
class Sound:
    """A playable file."""

    content_type: str
    seconds: float


def longest(key: str) -> float:
    """How many seconds the recording of this sentence may last."""
    return LONGEST.get(key, LONGEST_OTHER)


def examine(content: bytes) -> Sound:
    """What `content` is. Raises NoSound for anything that is not a whole WAV or MP3 file with something in it."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return Sound(WAV, _wav_seconds(content))
    return Sound(MP3, _mp3_seconds(content))


def _wav_seconds(content: bytes) -> float:
    """Walk the chunks: `fmt ` says how many bytes a second has, `data` how many there are."""
    place, per_second = 12, 0
    while place + 8 <= len(content):
        name, size = content[place : place + 4], struct.unpack_from("<I", content, place + 4)[0]
        start = place + 8
        if name == b"fmt " and size >= 16 and start + 16 <= len(content):
            kind, _channels, _rate, per_second = struct.unpack_from("<HHII", content, start)
            if kind not in _WAV_FORMATS:
                raise NoSound
        if name == b"data":
            if not per_second or not size or start + size > len(content):
                raise NoSound
            return float(size / per_second)
        place = start + size + size % 2
    raise NoSound


def _mp3_seconds(content: bytes) -> float:
    """Walk the frames from the first to the last; between them nothing else may stand."""
    place, end = _after_tag(content), len(content)
    if content[-128:-125] == b"TAG":
        end -= 128
    seconds, frames = 0.0, 0
    while place + 4 <= end:
        size, length = _frame(content, place)
        if place + size > end:
            break  # encoders often leave the last frame short
        place, seconds, frames = place + size, seconds + length, frames + 1
    if frames < _FEWEST_FRAMES:
        raise NoSound
    return seconds


def _after_tag(content: bytes) -> int:
    """Where the frames begin: behind an ID3 tag, whose length has seven bits to a byte."""
    if content[:3] != b"ID3" or len(content) < 10:
        return 0
    a, b, c, d = content[6:10]
    return 10 + (a << 21 | b << 14 | c << 7 | d)


def _frame(content: bytes, place: int) -> tuple[int, float]:
    """Bytes and seconds of the layer III frame that begins at `place`."""
    first, second, third = content[place : place + 3]
    version, layer = second >> 3 & 3, second >> 1 & 3
    bitrate, rate = third >> 4, third >> 2 & 3
    if first != 0xFF or second & 0xE0 != 0xE0 or version == 1 or layer != 1 or bitrate in (0, 15) or rate == 3:
        raise NoSound
    hertz = _RATES[version][rate]
    samples = 1152 if version == 3 else 576
    size = samples // 8 * _BITRATES[version == 3][bitrate] * 1000 // hertz + (third >> 1 & 1)
    return size, samples / hertz


def silence(seconds: float) -> bytes:
    """A WAV file in which nothing is heard: 8 kHz, one channel, 8 bits."""
    size = int(8000 * seconds)
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + size, b"WAVE", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8, b"data", size
    )
    return head + b"\x80" * size
