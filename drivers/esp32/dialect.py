r"""The ESP32's ASCII dialect: pure, without any wire.

A command is ``NAME[:payload]\n``; the answer is one line, sent when the action is *over*. There is
no checksum and no sequence number, and the firmware logs to the same port, even quoting its
answers: ``I (123) TAG: TX to RPi: [ACK_SORTED]``. So an answer counts only if it is a whole line,
exactly (firmware rvm_app_esp32 v0.5; 115200 8N1).

That firmware has neither sensors nor a bolt. Everything from `Command.DOOR_LOCK` on is an extension
of ours in its manner, and optional: a firmware that lacks one answers ``UNKNOWN_CMD_ESP``. A sensor
is asked by its name and answers ``VALUE_name:number``, or ``VALUE_name:NONE`` while it gives
nothing.
"""

from __future__ import annotations

import re
from enum import Enum

import msgspec


class Command(Enum):
    """What the host may say."""

    PING = "PING_RPI"
    SLOT_OPEN = "SLOT_OPEN"
    SLOT_CLOSE = "SLOT_CLOSE"
    LIGHT_ON = "INTERNAL_LIGHT_ON"
    LIGHT_OFF = "INTERNAL_LIGHT_OFF"
    SORT_VALID_ITEM = "SORT_VALID_ITEM"
    RETURN_REJECTED_ITEM = "RETURN_REJECTED_ITEM"
    INDICATE_IDLE = "INDICATE_STATUS_IDLE"
    INDICATE_PROCESSING = "INDICATE_STATUS_PROCESSING"
    INDICATE_SUCCESS = "INDICATE_STATUS_SUCCESS"
    INDICATE_REJECTED = "INDICATE_STATUS_REJECTED"
    INDICATE_ERROR = "INDICATE_STATUS_ERROR"
    DISPLAY = "DISPLAY"
    DOOR_LOCK = "DOOR_LOCK"
    DOOR_UNLOCK = "DOOR_UNLOCK"
    READ_CHAMBER = "READ_CHAMBER"
    """1 occupied, 0 free."""
    READ_SLOT = "READ_SLOT"
    READ_DOOR = "READ_DOOR"
    """1 open, 0 shut."""
    READ_BIN = "READ_BIN"
    """From the sensor to the topmost item, in millimetres."""
    READ_SCALE = "READ_SCALE"
    """The load cell's amplifier, in counts as it gives them: 24 bits with a sign."""
    READ_TEMPERATURE = "READ_TEMPERATURE"
    """In tenths of a degree Celsius."""


class Reply(Enum):
    """What the device may answer."""

    PONG = "PONG_ESP32"
    SLOT_OPEN = "ACK_SLOT_OPEN"
    SLOT_CLOSED = "ACK_SLOT_CLOSED"
    LIGHT_ON = "ACK_LIGHT_ON"
    LIGHT_OFF = "ACK_LIGHT_OFF"
    SORTED = "ACK_SORTED"
    ITEM_RETURNED = "ACK_ITEM_RETURNED"
    STATUS_INDICATED = "ACK_STATUS_INDICATED"
    DISPLAYED = "ACK_DISPLAY"
    DOOR_LOCKED = "ACK_DOOR_LOCKED"
    DOOR_UNLOCKED = "ACK_DOOR_UNLOCKED"
    UNKNOWN_COMMAND = "UNKNOWN_CMD_ESP"


REPLY_TO: dict[Command, Reply] = {
    Command.PING: Reply.PONG,
    Command.SLOT_OPEN: Reply.SLOT_OPEN,
    Command.SLOT_CLOSE: Reply.SLOT_CLOSED,
    Command.LIGHT_ON: Reply.LIGHT_ON,
    Command.LIGHT_OFF: Reply.LIGHT_OFF,
    Command.SORT_VALID_ITEM: Reply.SORTED,
    Command.RETURN_REJECTED_ITEM: Reply.ITEM_RETURNED,
    Command.INDICATE_IDLE: Reply.STATUS_INDICATED,
    Command.INDICATE_PROCESSING: Reply.STATUS_INDICATED,
    Command.INDICATE_SUCCESS: Reply.STATUS_INDICATED,
    Command.INDICATE_REJECTED: Reply.STATUS_INDICATED,
    Command.INDICATE_ERROR: Reply.STATUS_INDICATED,
    Command.DISPLAY: Reply.DISPLAYED,
    Command.DOOR_LOCK: Reply.DOOR_LOCKED,
    Command.DOOR_UNLOCK: Reply.DOOR_UNLOCKED,
}
"""What confirms each command that acts."""

SENSORS = frozenset(Command) - frozenset(REPLY_TO)
"""The commands that ask a sensor; they are answered by a `Reading`."""


MOTIONS = frozenset(
    {
        Command.SLOT_OPEN,
        Command.SLOT_CLOSE,
        Command.SORT_VALID_ITEM,
        Command.RETURN_REJECTED_ITEM,
    }
)
"""The commands that have a motor turned."""


class Reading(msgspec.Struct, frozen=True):
    """What a sensor answered.

    Attributes:
        command: which asked for it, one of `SENSORS`.
        value: in the sensor's own unit, 32 bits with a sign; None while it gives nothing.
    """

    command: Command
    value: int | None


Answer = Reply | Reading

DISPLAY_MAX = 63
"""Characters that the firmware shows."""

LINE_MAX = 256
"""Bytes of a line that are kept; a longer one is thrown away whole."""

VALUE_MIN, VALUE_MAX = -(2**31), 2**31 - 1

_READING = re.compile(rb"VALUE_([A-Z]{1,20}):(-?[0-9]{1,10}|NONE)")
_BY_LINE = {reply.value.encode(): reply for reply in Reply}


def encode(command: Command, payload: str = "") -> bytes:
    """Return the bytes of one command.

    Args:
        command: what to say.
        payload: the text to show, for `Command.DISPLAY` alone.

    Raises:
        ValueError: the payload does not fit: not printable ASCII, too long, or not allowed here.
    """
    require_payload(command, payload)
    text = f"{command.value}:{payload}" if command is Command.DISPLAY else command.value
    return f"{text}\n".encode()


def line_of(reading: Reading) -> str:
    """Return the line, without its end, in which a firmware gives a reading."""
    name = reading.command.value.removeprefix("READ_")
    return f"VALUE_{name}:{'NONE' if reading.value is None else reading.value}"


def require_payload(command: Command, payload: str) -> None:
    """Refuse a payload that does not go with `command`.

    Raises:
        ValueError: it is not printable ASCII, too long, or not allowed here.
    """
    if command is not Command.DISPLAY:
        if payload:
            raise ValueError(f"{command.value} takes no payload")
    elif len(payload) > DISPLAY_MAX or not payload.isascii() or not payload.isprintable():
        raise ValueError(f"DISPLAY takes up to {DISPLAY_MAX} printable ASCII characters")


class ReplyParser:
    """Finds the replies in a stream of bytes that comes in arbitrary pieces."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._too_long = False

    def feed(self, data: bytes) -> list[Answer]:
        """Take the next bytes and return the answers whose lines they complete, in order."""
        replies: list[Answer] = []
        pieces = data.split(b"\n")
        for piece in pieces[:-1]:
            self._append(piece)
            reply = _read_line(bytes(self._line).removesuffix(b"\r"))
            if reply is not None:  # a line that was too long is empty by now
                replies.append(reply)
            self.reset()
        self._append(pieces[-1])
        return replies

    def reset(self) -> None:
        """Forget the unfinished line."""
        self._line.clear()
        self._too_long = False

    def _append(self, piece: bytes) -> None:
        if len(self._line) + len(piece) > LINE_MAX:
            self._too_long = True
            self._line.clear()
        if not self._too_long:
            self._line += piece


def _read_line(line: bytes) -> Answer | None:
    reply = _BY_LINE.get(line)
    found = None if reply is not None else _READING.fullmatch(line)
    if found is None:
        return reply
    name, value = found[1].decode("ascii"), found[2]
    try:
        command = Command(f"READ_{name}")
    except ValueError:
        return None
    if value == b"NONE":
        return Reading(command, None)
    return Reading(command, int(value)) if VALUE_MIN <= int(value) <= VALUE_MAX else None
