"""Sound files made here: a WAV by the standard library, and an MP3 of silent frames."""

from __future__ import annotations

import io
import wave


def wav(seconds: float = 1.0, rate: int = 8000) -> bytes:
    """A silent WAV file, 16 bits, one channel."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(bytes(2 * int(rate * seconds)))
    return file.getvalue()


def mp3(frames: int = 50, tag: bytes = b"") -> bytes:
    """An MP3 file of MPEG 1 layer III, 128 kbit/s, 44.1 kHz: 1152 samples and 417 bytes to a frame."""
    return tag + (b"\xff\xfb\x90\x00" + bytes(413)) * frames
