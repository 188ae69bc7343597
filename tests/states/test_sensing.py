from collections.abc import Callable, Sequence

import pytest
import trio
import trio.testing

from drivers.ports import ReadingError
from drivers.sim.actuators import SimulatedGate
from rvm_edge.machine import Hardware
from rvm_edge.settings import Policy
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.hardware import hardware_over
from rvm_edge.simulator.timings import INSTANT
from rvm_edge.simulator.world import World
from states.gate import close_patiently
from states.sensing import bin_level_pct, chamber_occupied, debounced, is_full, wait_until

POLICY = Policy(poll_s=0.02, debounce_s=0.06)


class Switch:
    """Reads one value after the other, then the last one for ever."""

    def __init__(self, readings: Sequence[bool]) -> None:
        self._readings = list(readings)
        self.reads = 0

    async def is_occupied(self) -> bool:
        await trio.lowlevel.checkpoint()
        self.reads += 1
        return self._readings.pop(0) if len(self._readings) > 1 else self._readings[0]


async def test_a_steady_switch_is_believed_after_the_debounce_time(
    autojump_clock: trio.testing.MockClock,
) -> None:
    started = trio.current_time()
    assert await debounced(Switch([True]).is_occupied, POLICY) is True
    assert trio.current_time() - started == pytest.approx(0.06)


async def test_a_bouncing_switch_is_believed_only_when_it_has_come_to_rest(
    autojump_clock: trio.testing.MockClock,
) -> None:
    bouncing = Switch([True, False, True, False, True, True, False])
    assert await debounced(bouncing.is_occupied, POLICY) is False


async def test_waiting_outlasts_a_short_flicker(autojump_clock: trio.testing.MockClock) -> None:
    flicker = Switch([False, True, False, False, False, False, True])
    await wait_until(flicker, POLICY, occupied=True)
    assert flicker.reads > 7


def machine(change: Callable[[World], None] = lambda _world: None) -> Hardware:
    world = World(INSTANT)
    change(world)
    return hardware_over(world)


async def test_barrier_and_scale_agree_on_an_empty_chamber(
    autojump_clock: trio.testing.MockClock,
) -> None:
    assert await chamber_occupied(machine(), POLICY) is False


async def test_contradiction_is_no_reading_at_all(autojump_clock: trio.testing.MockClock) -> None:
    stuck = machine(lambda world: world.inject(Fault.CHAMBER_STUCK_OCCUPIED))
    with pytest.raises(ReadingError, match="barrier says occupied, but the scale reads"):
        await chamber_occupied(stuck, POLICY)


async def test_a_bin_sensor_without_echo_costs_one_feature_not_the_machine(
    autojump_clock: trio.testing.MockClock,
) -> None:
    silent = machine(lambda world: world.inject(Fault.BIN_UNREADABLE))
    assert await bin_level_pct(silent) is None
    assert is_full(None, POLICY) is False


@pytest.mark.parametrize(("level_pct", "full"), [(0.0, False), (89.9, False), (90.0, True)])
def test_the_bin_is_full_from_the_threshold_on(level_pct: float, full: bool) -> None:
    assert is_full(level_pct, POLICY) is full


async def test_the_gate_waits_for_a_hand_to_leave(autojump_clock: trio.testing.MockClock) -> None:
    world = World()
    gate = SimulatedGate(world)
    await gate.open()
    world.hand_in()

    async def leave() -> None:
        await trio.sleep(5)
        world.hand_out()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(leave)
        await close_patiently(gate, POLICY)
    assert world.gate_is_closed
