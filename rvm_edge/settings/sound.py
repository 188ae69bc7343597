"""Whether the machine is heard."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Word = Annotated[str, Meta(min_length=1, max_length=200)]


class SoundSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Short tones for accepted, rejected and attention; nobody waits for them.

    Attributes:
        enabled: whether there are any.
        command: the program that plays them, and its arguments, each by itself; no shell is asked.
            {file} is replaced by a WAV file.
        longest_s: a program that is not done by then is killed.
        attention_s: from one call for attention to the next, while a machine stays at fault.
    """

    enabled: bool = False
    command: Annotated[tuple[Word, ...], Meta(min_length=1, max_length=20)] = (
        "aplay",
        "-q",
        "{file}",
    )
    longest_s: Annotated[float, Meta(gt=0, le=10)] = 3.0
    attention_s: Annotated[float, Meta(ge=1, le=86_400)] = 600.0
