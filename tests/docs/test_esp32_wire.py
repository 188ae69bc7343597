"""What the reference tells a firmware's author is what this host does."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

import msgspec
import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from drivers.esp32.crc16 import crc16
from drivers.esp32.dialect import REPLY_TO, Command, Reading, line_of
from drivers.esp32.framed_dialect import (
    CODES,
    Done,
    Kind,
    Order,
    Outcome,
    Reason,
    read_message,
    to_frame,
)
from drivers.esp32.frames import WIRE_MAX, Frame, FrameParser, encode_frame
from drivers.esp32.timings import LinkTimings
from rvm_edge.locations import checkout_dir
from rvm_edge.simulator.framed_firmware import FramedFirmware

FOLDER = (checkout_dir() or pytest.fail("no checkout")) / "docs" / "reference"
PAGE = (FOLDER / "esp32-wire.md").read_text(encoding="utf-8")


class Vector(msgspec.Struct, forbid_unknown_fields=True):
    says: str
    kind: int
    session: int
    number: int
    payload: str
    wire: str


class NoFrame(msgspec.Struct, forbid_unknown_fields=True):
    says: str
    wire: str


class Step(msgspec.Struct, forbid_unknown_fields=True):
    """Exactly one of the last three stands."""

    says: str = ""
    host: str = ""
    controller: str = ""
    then: Literal[
        "",
        "the order is over",
        "the controller restarts",
        "the host is silent for the promised time",
    ] = ""


class Dialogue(msgspec.Struct, forbid_unknown_fields=True):
    says: str
    steps: list[Step]


class Vectors(msgspec.Struct, forbid_unknown_fields=True):
    crc16_of_123456789: str
    frames: list[Vector]
    no_frames: list[NoFrame]
    dialogues: list[Dialogue]


VECTORS = msgspec.json.decode((FOLDER / "esp32-vectors.json").read_bytes(), type=Vectors)


@pytest.mark.parametrize("vector", VECTORS.frames, ids=lambda vector: vector.says)
def test_every_vector_is_this_dialects(vector: Vector) -> None:
    payload = bytes.fromhex(vector.payload)
    frame = Frame(vector.kind, vector.session, vector.number, payload)
    wire = bytes.fromhex(vector.wire)
    assert encode_frame(frame) == wire
    assert FrameParser().feed(wire) == [frame]
    message = read_message(frame)
    assert message is not None
    assert to_frame(message, vector.session, vector.number) == frame


@pytest.mark.parametrize("damaged", VECTORS.no_frames, ids=lambda damaged: damaged.says)
def test_what_is_said_to_be_no_frame_is_none(damaged: NoFrame) -> None:
    assert FrameParser().feed(bytes.fromhex(damaged.wire)) == []


@dataclass
class Firmware:
    """The simulated firmware, whose orders are over when the dialogue says so.

    Attributes:
        said: what it has answered and nobody has looked at yet, in hexadecimal.
    """

    nursery: trio.Nursery
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ends: Outcome | None = None
        self._over = trio.Event()
        self._takes = FramedFirmware(self._act, self._say, self.nursery, 15, self._brake)

    def hear(self, wire: str) -> None:
        (frame,) = FrameParser().feed(bytes.fromhex(wire))
        self._takes.take(frame)

    def live_through(self, then: str) -> None:
        if then == "the order is over":
            self._end(Outcome.OK)
        else:
            self._takes.forget()
            self._end(None)

    def _brake(self) -> None:
        self._end(Outcome.STOPPED)

    def _end(self, how: Outcome | None) -> None:
        self._ends = how
        self._over.set()

    def _say(self, frame: Frame) -> None:
        self.said.append(encode_frame(frame).hex())

    async def _act(self, order: Order) -> Done | None:
        self._over = trio.Event()
        await self._over.wait()
        return None if self._ends is None else Done(order.command, self._ends)


@pytest.mark.parametrize("dialogue", VECTORS.dialogues, ids=lambda dialogue: dialogue.says)
async def test_every_dialogue_is_the_simulated_firmwares(
    dialogue: Dialogue, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    firmware = Firmware(nursery)
    for step in dialogue.steps:
        assert sum(map(bool, (step.host, step.controller, step.then))) == 1
        if step.controller:
            assert firmware.said.pop(0) == step.controller, step.says
            continue
        assert not firmware.said, "before " + (step.says or step.then)
        if step.host:
            firmware.hear(step.host)
        else:
            firmware.live_through(step.then)
        await wait_all_tasks_blocked()
    assert not firmware.said


def test_the_vectors_show_every_kind_every_end_and_every_refusal() -> None:
    assert {vector.kind for vector in VECTORS.frames} == set(Kind)
    ends = {int(vector.payload[2:4], 16) for vector in VECTORS.frames if vector.kind == Kind.DONE}
    assert ends == {outcome.value for outcome in Outcome}
    refusals = {vector.payload for vector in VECTORS.frames if vector.kind == Kind.NACK}
    assert refusals == {f"{reason.value:02x}" for reason in Reason}
    assert VECTORS.crc16_of_123456789 == f"{crc16(b'123456789'):04x}"


def test_the_page_shows_vectors_as_they_are() -> None:
    shown = re.findall(r"^\| ([^|]+) \| `([0-9a-f]+)` \|$", PAGE, re.MULTILINE)
    known = {vector.says: vector.wire for vector in VECTORS.frames}
    assert len(shown) >= 5
    assert all(known[says] == wire for says, wire in shown)


def test_the_page_lists_every_command_with_its_code_and_answer() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w\w) \| `([\w:]+)` \|", PAGE, re.MULTILINE)
    assert rows == [
        (command.value, f"{CODES[command]:02x}", answer_to(command)) for command in Command
    ]


def answer_to(command: Command) -> str:
    if command in REPLY_TO:
        return REPLY_TO[command].value
    return line_of(Reading(command, None)).replace("NONE", "number")


def test_the_page_lists_every_kind() -> None:
    rows = re.findall(r"^\| (\w\w) \| (\w+) \| (?:host|controller) \|", PAGE, re.MULTILINE)
    assert rows == [(f"{kind:02x}", kind.name.title().replace("_", "")) for kind in Kind]


def test_the_page_gives_the_hosts_times_and_the_longest_frame() -> None:
    timings = LinkTimings()
    assert f"At most {WIRE_MAX} bytes" in PAGE
    assert f"every {timings.frame_s * 1000:g} ms until Done" in PAGE
    assert f"dead-man of {timings.dead_man_s:g} s" in PAGE
    assert f"gives up after {timings.ack_s:g} s" in PAGE
    assert (timings.frame_retries, timings.heartbeat_s) == (3, 1.0)
