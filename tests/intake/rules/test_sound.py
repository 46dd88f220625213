"""What an uploaded file really is."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesa.intake import prompts
from tesa.intake.rules.sound import MP3, WAV, NoSound, Sound, examine, longest, silence
from tests.support.sounds import mp3, wav

ID3 = b"ID3\x04\x00\x00\x00\x00\x01\x00" + bytes(128)


def test_wav_and_mp3_are_known_by_their_bytes() -> None:
    assert examine(wav(2.5)) == Sound(WAV, 2.5)
    assert examine(silence(0.5)) == Sound(WAV, 0.5)
    found = examine(mp3(100, ID3))
    assert (found.content_type, round(found.seconds, 2)) == (MP3, 2.61)
    assert examine(mp3(50) + b"TAG" + bytes(125)) == examine(mp3(50))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"\xff\xfb",
        b"RIFF\x24\x00\x00\x00WAVE",
        wav()[:60],  # broken off
        wav().replace(b"data", b"LIST"),
        wav()[:20] + b"\x02\x00" + wav()[22:],  # ADPCM, which Twilio does not play
        mp3(2),
        mp3(10) + b"<html>" + bytes(20),
        b"GIF89a" + mp3(10),
        ID3[:10] + mp3(10)[:100],
    ],
)
def test_what_is_no_sound_is_refused(content: bytes) -> None:
    with pytest.raises(NoSound):
        examine(content)


@given(st.binary(max_size=200), st.sampled_from([b"", b"RIFF....WAVE", b"ID3", b"\xff\xfb\x90"]))
def test_any_bytes_are_judged(noise: bytes, head: bytes) -> None:
    with contextlib.suppress(NoSound):
        assert examine(head + noise).seconds > 0


def test_the_lengths_that_are_promised() -> None:
    assert longest("privacy") == 10
    assert longest("waiting_music") < 60 - 20  # a minute without a request, and she is believed to be gone
    for language in ("id", "en"):
        assert prompts.PRIVACY.seconds(language) <= 10
        assert prompts.GREETING.seconds(language) <= 4
