r"""The ESP32's ASCII dialect: pure, without any wire.

A command is ``NAME[:payload]\n``; the answer is one line, sent when the action is *over*. There is
no checksum and no sequence number, and the firmware logs to the same port, even quoting its
answers: ``I (123) TAG: TX to RPi: [ACK_SORTED]``. So an answer counts only if it is a whole line,
exactly (firmware rvm_app_esp32 v0.5; 115200 8N1).
"""

from __future__ import annotations

from enum import Enum


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
}

DISPLAY_MAX = 63
"""Characters that the firmware shows."""

LINE_MAX = 256
"""Bytes of a line that are kept; a longer one is thrown away whole."""

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

    def feed(self, data: bytes) -> list[Reply]:
        """Take the next bytes and return the replies whose lines they complete, in order."""
        replies: list[Reply] = []
        pieces = data.split(b"\n")
        for piece in pieces[:-1]:
            self._append(piece)
            reply = _BY_LINE.get(bytes(self._line).removesuffix(b"\r"))
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
