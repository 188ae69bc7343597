"""What was said on a wire, and by whom: JSON lines, one message a line."""

from __future__ import annotations

import base64
import json
from enum import Enum

import msgspec


class Speaker(Enum):
    """Who said it."""

    HOST = "host"
    DEVICE = "device"


class Message(msgspec.Struct, frozen=True):
    """Bytes that went over the wire at once.

    Attributes:
        speaker: who sent them.
        data: the bytes.
    """

    speaker: Speaker
    data: bytes


class TranscriptError(Exception):
    """A stored transcript cannot be read. The message names the line."""


def dump(transcript: list[Message]) -> str:
    """Write a transcript as JSON lines; bytes as base64."""
    return "".join(
        json.dumps({"from": said.speaker.value, "data": base64.b64encode(said.data).decode()})
        + "\n"
        for said in transcript
    )


def load(text: str) -> list[Message]:
    """Read a transcript that `dump` wrote.

    Raises:
        TranscriptError: a line is not one of its lines.
    """
    transcript: list[Message] = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            row = json.loads(line)
            data = base64.b64decode(row["data"], validate=True)
            transcript.append(Message(Speaker(row["from"]), data))
        except (ValueError, KeyError, TypeError, RecursionError) as wrong:
            raise TranscriptError(f"line {number} is no recorded message: {wrong}") from wrong
    return transcript
