"""A streamed camera: new, settled, bright and different pictures, or an error that says why."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import trio
from msgspec.structs import replace
from trio.testing import MockClock

from drivers.camera.lamp import KnownLamp
from drivers.camera.parts import Kind, Part, written
from drivers.camera.streamed import Habits, StreamedCamera
from drivers.ports import DeviceGoneError, DriverError, Encoding, PictureError
from tests.drivers.conformance.matrix import Trial, shows

HABITS = Habits(warm_up=3, settle=2, picture_s=2.0, start_s=10.0, stall_s=3.0)
EVERY_S = 0.1
LIGHT, DARK = bytes([90]) * 16, bytes([3]) * 16


@dataclass
class Played:
    """A camera's process that the test plays.

    Attributes:
        grey: of every picture.
        frozen: whether the picture stays the same.
        silent: whether no more come.
        ends: how the process ends; None while it runs.
        piled_up: so many pictures come at once next time.
        starts: how often it was started, and when.
    """

    grey: bytes = LIGHT
    frozen: bool = False
    silent: bool = False
    ends: DriverError | None = None
    piled_up: int = 0
    starts: list[float] = field(default_factory=list)
    shown: int = 0
    begun: trio.Event = field(default_factory=trio.Event)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Played]:
        self.starts.append(trio.current_time())
        yield self

    async def receive(self) -> bytes:
        if self.piled_up:
            self.piled_up -= 1
            await trio.lowlevel.checkpoint()
        else:
            await trio.sleep(EVERY_S)
        if self.ends is not None:
            raise self.ends
        if self.silent:
            await self.begun.wait()
        self.shown += not self.frozen
        picture = Part(Kind.JPEG, b"picture %d" % self.shown)
        return written(picture) + written(Part(Kind.GREY, self.grey))


@dataclass(frozen=True)
class Lamp:
    fails: bool = False

    async def on(self) -> None:
        await trio.lowlevel.checkpoint()
        if self.fails:
            raise DeviceGoneError("the motor controller is unplugged")

    off = on


@asynccontextmanager
async def camera(played: Played) -> AsyncIterator[StreamedCamera]:
    async with StreamedCamera(played, HABITS).run() as running:
        yield running


async def refusal(running: StreamedCamera) -> str:
    with pytest.raises(PictureError) as refused:
        await running.take_picture()
    return str(refused.value)


async def test_the_first_pictures_after_a_start_are_not_handed_out(
    autojump_clock: MockClock,
) -> None:
    played = Played()
    async with camera(played) as running:
        frame = await running.take_picture()
        assert (frame.data, frame.encoding, frame.sequence) == (b"picture 4", Encoding.JPEG, 1)


async def test_a_slow_start_is_no_late_picture(autojump_clock: MockClock) -> None:
    played = Played(silent=True)
    async with camera(played) as running, trio.open_nursery() as nursery:

        async def begin() -> None:
            await trio.sleep(HABITS.picture_s * 2)
            played.silent = False
            played.begun.set()

        nursery.start_soon(begin)
        await running.take_picture()
        assert len(played.starts) == 1


async def test_a_picture_was_exposed_after_it_was_asked_for(autojump_clock: MockClock) -> None:
    played = Played()
    async with camera(played) as running:
        await trio.sleep(100 * EVERY_S - EVERY_S / 2)
        assert played.shown == 99
        asked_s = trio.current_time()
        frame = await running.take_picture()
        assert frame.data == b"picture 102"
        assert frame.taken_at_s > asked_s + HABITS.settle * EVERY_S


async def test_what_had_piled_up_while_the_machine_was_held_up_is_not_handed_out(
    autojump_clock: MockClock,
) -> None:
    played = Played()
    habits = replace(HABITS, settle_s=0.8 * HABITS.settle * EVERY_S)
    async with StreamedCamera(played, habits).run() as running:
        await trio.sleep(100 * EVERY_S - EVERY_S / 2)
        played.piled_up = 10  # behind the one that is under way
        asked_s = trio.current_time()
        frame = await running.take_picture()
        assert played.piled_up == 0
        assert frame.taken_at_s > asked_s + EVERY_S


async def test_a_black_picture_is_waited_out_and_refused_where_it_stays(
    autojump_clock: MockClock,
) -> None:
    played = Played()
    async with camera(played) as running:
        await running.take_picture()
        played.grey = DARK
        assert "sees black (mean brightness 3 of 255)" in await refusal(running)
        async with trio.open_nursery() as nursery:

            async def light_up() -> None:
                await trio.sleep(1.0)
                played.grey = LIGHT

            nursery.start_soon(light_up)
            await running.take_picture()


async def test_in_the_dark_black_is_the_truth_even_twice(autojump_clock: MockClock) -> None:
    played = Played(grey=DARK, frozen=True)
    lamp = KnownLamp(Lamp())
    async with StreamedCamera(played, HABITS, lit=lambda: lamp.lit).run() as running:
        await running.take_picture()
        await running.take_picture()
        await lamp.on()
        assert "sees black" in await refusal(running)
        await lamp.off()
        await running.take_picture()


async def test_a_lamp_that_may_not_have_gone_on_is_not_known_to_shine() -> None:
    lamp = KnownLamp(Lamp(fails=True))
    with pytest.raises(DeviceGoneError):
        await lamp.on()
    assert not lamp.lit
    lamp.lit = True
    with pytest.raises(DeviceGoneError):
        await lamp.off()
    assert not lamp.lit


async def test_a_frozen_camera_is_refused_until_it_moves(autojump_clock: MockClock) -> None:
    played = Played()
    async with camera(played) as running:
        await running.take_picture()
        played.frozen = True
        assert "frozen" in await refusal(running)
        played.frozen = False
        await running.take_picture()


async def test_a_camera_that_hangs_is_started_again(autojump_clock: MockClock) -> None:
    played = Played()
    async with camera(played) as running:
        await running.take_picture()
        played.silent = True
        assert await refusal(running) == "no picture within 2 s"
        await trio.sleep(HABITS.stall_s)
        assert "the camera hangs: no picture for 3 s" in await refusal(running)
        played.silent = False
        await trio.sleep(HABITS.start_s)
        await running.take_picture()
        assert len(played.starts) == 3


async def test_a_camera_that_ends_says_why_and_comes_back(autojump_clock: MockClock) -> None:
    played = Played()
    async with camera(played) as running:
        await running.take_picture()
        played.ends = DeviceGoneError("the camera's process ended: unplugged")
        assert "unplugged" in await refusal(running)
        played.ends = None
        await trio.sleep(HABITS.retry_cap_s)
        frame = await running.take_picture()
        assert frame.sequence == 2


async def test_a_camera_that_is_not_there_is_tried_less_and_less_often(
    autojump_clock: MockClock,
) -> None:
    played = Played()
    played.ends = DeviceGoneError("no such camera")
    async with camera(played):
        await trio.sleep(120)
    waits = [
        later - sooner for sooner, later in zip(played.starts, played.starts[1:], strict=False)
    ]
    assert waits[:5] == pytest.approx([EVERY_S + 0.2 * 2**n for n in range(5)])
    assert waits[-1] == pytest.approx(HABITS.retry_cap_s + EVERY_S)


async def test_everybody_who_waits_gets_a_picture(autojump_clock: MockClock) -> None:
    played = Played()
    got = []
    async with camera(played) as running:

        async def take() -> None:
            got.append(await running.take_picture())

        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(take)
    assert sorted(frame.sequence for frame in got) == [1, 2, 3]


@shows(Trial.NONSENSE, "camera", ways=("stream",))
async def test_nonsense_in_the_pipe_ends_that_process(autojump_clock: MockClock) -> None:
    class Babbling(Played):
        async def receive(self) -> bytes:
            await trio.sleep(EVERY_S)
            return b"hello"

    async with camera(Babbling()) as running:
        assert "writes no pictures but b'hello'" in await refusal(running)
