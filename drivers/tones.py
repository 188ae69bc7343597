"""The tones that go with what the status light shows: computed here, no recording of anybody's.

Accepted goes up, rejected goes down, attention stays where it is: they can be told apart by ear.
"""

from __future__ import annotations

import array
import io
import math
import sys
import wave
from enum import Enum
from typing import Final

from drivers.ports import Signal

RATE_HZ: Final = 22_050
LOUDNESS: Final = 0.4
"""Of the loudest that a sample can be; the rest is the loudspeaker's volume."""

_FADE_S: Final = 0.008
"""Each note rises and falls for so long: without it, it would click."""


class Tone(Enum):
    """What is heard."""

    ACCEPT = "accept"
    REJECT = "reject"
    ATTENTION = "attention"


TONE_OF: Final = {
    Signal.SUCCESS: Tone.ACCEPT,
    Signal.REJECTED: Tone.REJECT,
    Signal.ERROR: Tone.ATTENTION,
}
"""The signals that are heard, too."""

_NOTES: Final = {
    Tone.ACCEPT: ((659.3, 0.12), (880.0, 0.22)),
    Tone.REJECT: ((440.0, 0.16), (311.1, 0.3)),
    Tone.ATTENTION: ((587.3, 0.15), (0.0, 0.1), (587.3, 0.15), (0.0, 0.1), (587.3, 0.15)),
}
"""Hertz and seconds of each note; 0 Hz is a pause."""


def wav(tone: Tone) -> bytes:
    """Return a tone as a WAV file: mono, 16 bits, `RATE_HZ`."""
    samples = array.array("h")
    for frequency_hz, seconds in _NOTES[tone]:
        samples.extend(_note(frequency_hz, round(seconds * RATE_HZ)))
    if sys.byteorder == "big":
        samples.byteswap()
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE_HZ)
        written.writeframes(samples.tobytes())
    return file.getvalue()


def _note(frequency_hz: float, count: int) -> list[int]:
    fade = _FADE_S * RATE_HZ
    peak = LOUDNESS * 32767
    return [
        round(
            peak
            * min(1.0, at / fade, (count - at) / fade)
            * math.sin(2 * math.pi * frequency_hz * at / RATE_HZ)
        )
        for at in range(count)
    ]
