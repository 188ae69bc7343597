"""`Brake`: what moves stops where it is, and says so; what cannot be stopped says that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
import trio
from msgspec.structs import replace

from drivers.ports import DeviceGoneError, DriverError, NoAnswerError, StoppedError
from rvm_edge.machine import Hardware
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.timings import Timings
from rvm_edge.simulator.world import World
from tests.drivers.conformance.matrix import Trial, shows
from tests.drivers.rigs import PATIENCE_S, QUICK, build
from tests.drivers.verbs import STOPPING

SLOW = replace(QUICK, gate_s=60.0)
"""A gate that nobody waits for."""

SHORT_S = 0.25
WITHIN_S = 3 * PATIENCE_S + 0.5

that_stops = pytest.mark.parametrize("kind", ["sim", "remote", "framed", "faulty", "noted"])


@asynccontextmanager
async def reached(
    kind: str, folder: Path, timings: Timings = SLOW, patience_s: float = PATIENCE_S
) -> AsyncIterator[tuple[World, Hardware]]:
    world = World(timings)
    async with AsyncExitStack() as stack:
        hardware = await build(kind, world, folder, stack, patience_s)
        await hardware.pulse.beat()
        yield world, hardware


async def stop(hardware: Hardware) -> object:
    return await STOPPING["brake.stop"](hardware)


async def until_it_stops(hardware: Hardware) -> None:
    with trio.fail_after(WITHIN_S):
        while True:
            try:
                assert await stop(hardware) is True
            except DriverError:
                await trio.sleep(0.005)
            else:
                return


async def has_begun(world: World) -> None:
    with trio.fail_after(WITHIN_S):
        while world.gate_is_closed:
            await trio.sleep(0.005)


@shows(Trial.WORKS, "brake")
@that_stops
async def test_a_gate_stops_half_way_and_is_shut_afterwards(kind: str, tmp_path: Path) -> None:
    ends: list[type[DriverError]] = []

    async def move(hardware: Hardware) -> None:
        try:
            await hardware.gate.open()
        except StoppedError as error:
            ends.append(type(error))

    async with reached(kind, tmp_path) as (world, hardware):
        with trio.fail_after(WITHIN_S):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(move, hardware)
                await has_begun(world)
                assert await stop(hardware) is True
                stands_at = world._mechanism.gate_opening(trio.current_time())
        assert ends == [StoppedError]
        await trio.sleep(0.05)
        assert world._mechanism.gate_opening(trio.current_time()) == stands_at < 1
        await hardware.gate.close()
        assert world.gate_is_closed


@shows(Trial.CANCELLED, "brake")
@that_stops
async def test_it_stops_what_was_begun_by_somebody_who_has_gone(kind: str, tmp_path: Path) -> None:
    async with reached(kind, tmp_path) as (world, hardware), trio.open_nursery() as nursery:
        nursery.start_soon(hardware.gate.open)
        await has_begun(world)
        nursery.cancel_scope.cancel()
        for after_s in (0.0, 0.0005):
            with trio.CancelScope(shield=True), trio.move_on_after(after_s):
                await stop(hardware)
        with trio.CancelScope(shield=True):
            assert await stop(hardware) is True
            assert not world._mechanism.busy
            await hardware.gate.close()
            assert world.gate_is_closed


@shows(Trial.AGAIN, "brake")
@that_stops
async def test_it_may_be_called_again_and_again_and_nothing_is_the_worse_for_it(
    kind: str, tmp_path: Path
) -> None:
    async with reached(kind, tmp_path, QUICK) as (world, hardware):
        for _ in range(3):
            assert await stop(hardware) is True
        await hardware.gate.open()
        assert await stop(hardware) is True
        assert world.gate_is_open


@shows(Trial.WORKS, "brake", ways=("ascii",))
@shows(Trial.AGAIN, "brake", ways=("ascii",))
async def test_where_there_is_no_word_for_it_the_movement_ends_by_itself(tmp_path: Path) -> None:
    async with reached("esp32", tmp_path, replace(QUICK, gate_s=0.2)) as (world, hardware):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(hardware.gate.open)
            await has_begun(world)
            for _ in range(3):
                assert await stop(hardware) is False
        assert world.gate_is_open


@shows(Trial.NO_POWER, "brake")
@shows(Trial.BACK, "brake")
@that_stops
async def test_without_power_it_is_a_driver_error_and_works_again_with_it(
    kind: str, tmp_path: Path
) -> None:
    async with reached(kind, tmp_path, QUICK) as (world, hardware):
        world.power_cut()
        with trio.fail_after(WITHIN_S), pytest.raises(DriverError):
            await stop(hardware)
        world.power_on()
        await until_it_stops(hardware)


@shows(Trial.UNPLUGGED, "brake")
@that_stops
async def test_an_unplugged_controller_is_gone_and_replugging_heals(
    kind: str, tmp_path: Path
) -> None:
    async with reached(kind, tmp_path, QUICK) as (world, hardware):
        world.inject(Fault.UNPLUGGED)
        with trio.fail_after(WITHIN_S), pytest.raises(DeviceGoneError):
            await stop(hardware)
        world.clear()
        await until_it_stops(hardware)


@shows(Trial.SILENT, "brake")
@that_stops
async def test_a_controller_that_says_nothing_is_no_answer(kind: str, tmp_path: Path) -> None:
    async with reached(kind, tmp_path, QUICK, SHORT_S) as (world, hardware):
        world.inject(Fault.CONTROLLER_DEAF)
        with trio.fail_after(WITHIN_S), pytest.raises(NoAnswerError):
            await stop(hardware)
        world.clear()
        await until_it_stops(hardware)
