"""The lines of a flight recording."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

Plain = str | int | float | bool | None


class Transition(msgspec.Struct, frozen=True, tag_field="line", tag="step"):
    """A step of the machine.

    Attributes:
        at: UTC, ISO 8601.
        mono: seconds of the monotonic clock.
        seq: the journal's row.
        event: its title.
        data: the event's fields, without whose deposit it is.
        before: the leaves before.
        after: the leaves after.
    """

    at: str
    mono: float
    seq: int
    event: str
    data: dict[str, Plain]
    before: tuple[str, ...]
    after: tuple[str, ...]


class HealthSample(msgspec.Struct, frozen=True, tag_field="line", tag="health"):
    """How the computer was; the fields are those of `rvm_edge.telemetry.Health`."""

    at: str
    cpu_pct: float
    memory_pct: float
    disk_pct: float
    cpu_c: float | None
    gpu_pct: float | None
    slowed_by: tuple[str, ...] = ()


class ClockSet(msgspec.Struct, frozen=True, tag_field="line", tag="clock"):
    """The clock was set, or the computer slept: moments before and after do not compare.

    Attributes:
        at: what the clock says, UTC, ISO 8601.
        before: what it would have said.
    """

    at: str
    before: str


class WireLine(msgspec.Struct, frozen=True, tag_field="line", tag="wire"):
    """What passed at once over the wire to the motor controller.

    Attributes:
        at: UTC, ISO 8601.
        way: to the controller, or from it.
        data: the bytes; in JSON as base64.
    """

    at: str
    way: Literal["to", "from"]
    data: bytes


class Lost(msgspec.Struct, frozen=True, tag_field="line", tag="lost"):
    """So many lines were lost since the start."""

    at: str
    lines: int


Line = Transition | HealthSample | ClockSet | WireLine | Lost


class Notebook(Protocol):
    """Takes lines, and never makes anybody wait."""

    def note(self, line: bytes) -> None:
        """Write one JSON object on a line of its own."""
        ...


def encoded(line: Line) -> bytes:
    """Return a line as it is written, without its end."""
    return msgspec.json.encode(line)
