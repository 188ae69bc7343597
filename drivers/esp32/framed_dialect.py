"""What the framed dialect says: the messages, and how each stands in a frame.

The host says `Hello`, `Order`, `Heartbeat` and `Stop`; the controller says `Welcome`, `Ack`,
`Done`, `Nack` and `SensorEvent`. An answer carries the sequence number of what it answers. Orders
and stops are numbered from 1, in one count, and never 0; `Hello` and `Heartbeat` are numbered 0;
events count by themselves.
"""

from __future__ import annotations

import struct
from enum import Enum, IntEnum

import msgspec

from drivers.esp32.dialect import MOTIONS, SENSORS, Command, require_payload
from drivers.esp32.frames import NUMBER_MAX, Frame

CODES: dict[Command, int] = {
    Command.PING: 0x01,
    Command.SLOT_OPEN: 0x10,
    Command.SLOT_CLOSE: 0x11,
    Command.LIGHT_ON: 0x20,
    Command.LIGHT_OFF: 0x21,
    Command.SORT_VALID_ITEM: 0x30,
    Command.RETURN_REJECTED_ITEM: 0x31,
    Command.INDICATE_IDLE: 0x40,
    Command.INDICATE_PROCESSING: 0x41,
    Command.INDICATE_SUCCESS: 0x42,
    Command.INDICATE_REJECTED: 0x43,
    Command.INDICATE_ERROR: 0x44,
    Command.DISPLAY: 0x50,
    Command.DOOR_LOCK: 0x60,
    Command.DOOR_UNLOCK: 0x61,
    Command.READ_CHAMBER: 0x70,
    Command.READ_SLOT: 0x71,
    Command.READ_DOOR: 0x72,
    Command.READ_BIN: 0x73,
    Command.READ_SCALE: 0x74,
    Command.READ_TEMPERATURE: 0x75,
}
"""The ASCII dialect's commands, a byte each."""

_BY_CODE = {code: command for command, code in CODES.items()}


class Kind(IntEnum):
    """The types of message. The controller's have the highest bit set."""

    HELLO = 0x01
    ORDER = 0x02
    HEARTBEAT = 0x03
    STOP = 0x04
    WELCOME = 0x81
    ACK = 0x82
    DONE = 0x83
    NACK = 0x84
    SENSOR_EVENT = 0x85


class Outcome(Enum):
    """How an order ended."""

    OK = 0
    BLOCKED = 1
    """Something was in the way; nothing moves any more."""
    NO_READING = 2
    """The sensor that was asked gives nothing."""
    STOPPED = 3
    """A `Stop` has ended it on the way; nothing moves any more."""


class Reason(Enum):
    """Why an order or a heartbeat was refused; nothing was done."""

    NO_SESSION = 1
    """The controller has restarted, or its dead-man has fired: say hello again."""
    BUSY = 2
    """Another order is being carried out: send this one again later, under the same number."""
    UNKNOWN_COMMAND = 3


class Sensor(Enum):
    """What the controller may tell without being asked."""

    CHAMBER = 1
    SLOT = 2
    DOOR = 3


class Hello(msgspec.Struct, frozen=True):
    """The host begins a session.

    Attributes:
        dead_man_s: after so long without a frame of the host's the controller stops everything.
    """

    dead_man_s: float


class Welcome(msgspec.Struct, frozen=True):
    """The session stands.

    Attributes:
        dead_man_s: what the controller will keep to: as asked, or shorter.
    """

    dead_man_s: float


class Order(msgspec.Struct, frozen=True):
    """Carry out a command, once under this number however often it comes.

    Attributes:
        command: which.
        text: what to show, for `Command.DISPLAY` alone.
    """

    command: Command
    text: str = ""


class Heartbeat(msgspec.Struct, frozen=True):
    """The host lives."""


class Stop(msgspec.Struct, frozen=True):
    """Gate and sorter are to stop where they are, whoever had them moved, and at once."""


class Ack(msgspec.Struct, frozen=True):
    """It has arrived: an order is being carried out, or what was to stop stands still."""


class Done(msgspec.Struct, frozen=True):
    """The order is over.

    Attributes:
        command: which it was; a check against a firmware that mixes up its numbers.
        outcome: how it ended.
        value: what the sensor that was asked reads, in its own unit; None for anything else.
    """

    command: Command
    outcome: Outcome
    value: int | None = None


class Nack(msgspec.Struct, frozen=True):
    """Refused; nothing was done."""

    reason: Reason


class SensorEvent(msgspec.Struct, frozen=True):
    """A sensor has changed.

    Attributes:
        sensor: which.
        active: occupied, or open.
    """

    sensor: Sensor
    active: bool


Message = Hello | Welcome | Order | Heartbeat | Stop | Ack | Done | Nack | SensorEvent

_BARE: dict[type[Heartbeat | Stop | Ack], Kind] = {
    Heartbeat: Kind.HEARTBEAT,
    Stop: Kind.STOP,
    Ack: Kind.ACK,
}
"""What says all that there is to say by its kind."""

_DEAD_MAN = struct.Struct(">H")
_VALUE = struct.Struct(">i")


def to_frame(message: Message, session: int, number: int = 0) -> Frame:
    """Put a message into a frame.

    Raises:
        ValueError: the order's text does not fit, or the dead-man's time or the reading does not.
    """
    kind, payload = _parts(message)
    return Frame(kind, session, number, payload)


def read_message(frame: Frame) -> Message | None:
    """Return the message in a frame; None for one that this version does not know."""
    try:
        return _read(Kind(frame.kind), frame.payload)
    except (ValueError, KeyError, IndexError, struct.error):
        return None


def _parts(message: Message) -> tuple[Kind, bytes]:
    if isinstance(message, Order):
        require_payload(message.command, message.text)
        return Kind.ORDER, bytes([CODES[message.command]]) + message.text.encode("ascii")
    if isinstance(message, Hello | Welcome):
        kind = Kind.HELLO if isinstance(message, Hello) else Kind.WELCOME
        return kind, _milliseconds(message.dead_man_s)
    if isinstance(message, Done):
        return Kind.DONE, _done_parts(message)
    if isinstance(message, Nack):
        return Kind.NACK, bytes([message.reason.value])
    if isinstance(message, SensorEvent):
        return Kind.SENSOR_EVENT, bytes([message.sensor.value, message.active])
    return _BARE[type(message)], b""


def _done_parts(done: Done) -> bytes:
    head = bytes([CODES[done.command], done.outcome.value])
    if (done.value is not None) is not _gives_value(done.command, done.outcome):
        raise ValueError(f"{done.command.value}, {done.outcome.name}: a reading of {done.value}")
    try:
        return head if done.value is None else head + _VALUE.pack(done.value)
    except struct.error as error:
        raise ValueError(f"no reading: {error}") from error


def _gives_value(command: Command, outcome: Outcome) -> bool:
    """Say whether a reading goes with that end; only a sensor that was asked gives one."""
    if outcome is Outcome.NO_READING and command not in SENSORS:
        raise ValueError(f"{command.value} asks no sensor")
    if outcome is Outcome.STOPPED and command not in MOTIONS:
        raise ValueError(f"{command.value} moves nothing that can be stopped")
    return command in SENSORS and outcome is Outcome.OK


def _milliseconds(seconds: float) -> bytes:
    milliseconds = round(seconds * 1000)
    if not 1 <= milliseconds <= NUMBER_MAX:
        raise ValueError(f"a dead-man takes 1 to {NUMBER_MAX} ms, not {milliseconds}")
    return _DEAD_MAN.pack(milliseconds)


def _read(kind: Kind, payload: bytes) -> Message:
    if kind is Kind.ORDER:
        order = Order(_BY_CODE[payload[0]], payload[1:].decode("ascii"))
        require_payload(order.command, order.text)
        return order
    if kind is Kind.DONE:
        return _read_done(payload)
    if kind is Kind.NACK:
        (reason,) = payload
        return Nack(Reason(reason))
    if kind is Kind.SENSOR_EVENT:
        sensor, active = payload
        return SensorEvent(Sensor(sensor), {0: False, 1: True}[active])
    if kind in (Kind.HELLO, Kind.WELCOME):
        (milliseconds,) = _DEAD_MAN.unpack(payload)
        if not milliseconds:
            raise ValueError("a dead-man of no time")
        return (Hello if kind is Kind.HELLO else Welcome)(milliseconds / 1000)
    _nothing(payload)
    return next(message() for message, its_kind in _BARE.items() if its_kind is kind)


def _read_done(payload: bytes) -> Done:
    command, outcome = _BY_CODE[payload[0]], Outcome(payload[1])
    if _gives_value(command, outcome):
        (value,) = _VALUE.unpack(payload[2:])
        return Done(command, outcome, value)
    _nothing(payload[2:])
    return Done(command, outcome)


def _nothing(payload: bytes) -> None:
    if payload:
        raise ValueError("a payload where none belongs")
