"""What a held button moves, and that it stops when the finger leaves, or the phone is lost."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
import trio
from trio.testing import MockClock

from drivers.esp32.controller import Controller
from drivers.esp32.serial_link import ByteLink
from drivers.ports import NoAnswerError
from rvm_edge.bridges.local.control import RefusedError
from rvm_edge.display.held_motion import AGAIN_S, END_S, HeldMotion
from rvm_edge.display.set_up_premises import LAMP_S, SetUpPremises
from rvm_edge.locations import Locations
from rvm_edge.machine import Machine
from rvm_edge.orders import Component, Motion, Order
from rvm_edge.provisioning.wizard.premises import NotMovedError, NotShownError, Part
from rvm_edge.settings import Settings
from rvm_edge.simulator.hardware import hardware_over, with_controller
from rvm_edge.simulator.world import World
from states.errands import STOPPED

OPEN = (Component.GATE, Motion.OPEN)
SHUT = (Component.GATE, Motion.CLOSE)
HOME = (Component.SORTER, Motion.RESET)
ORDER_S = 0.3
"""From an order to the last look at whether it is wanted: the slot is looked at first."""

LATE_S = 0.01
"""From there to the motor."""

TO_MOTOR_S = ORDER_S + LATE_S

STROKE_S = 2.0


async def never() -> ByteLink:
    await trio.sleep_forever()


class Mechanism:
    """Moves as the chart would have it moved, and stops when it is told to; it notes both.

    Attributes:
        refusal: why nothing moves.
        stops: whether it can; None for a controller that says nothing.
        moved: what came to its end.
        stopped: what did not.
        moving: whether a motor turns.
        withdrawn: orders that are wanted no more.
    """

    def __init__(self, refusal: str = "", *, stops: bool | None = True) -> None:
        self.refusal = refusal
        self.stops = stops
        self.moved: list[tuple[Component, Motion]] = []
        self.stopped: list[tuple[Component, Motion]] = []
        self.moving = False
        self.withdrawn: list[Order] = []
        self._halt = trio.Event()

    async def carry_out(self, order: Order) -> str:
        part, motion = order.component, order.motion
        assert part is not None
        assert motion is not None
        await trio.sleep(ORDER_S)
        if self.refusal or order in self.withdrawn:
            raise RefusedError(self.refusal or "let go before it moved")
        await trio.sleep(LATE_S)
        self._halt = trio.Event()
        self.moving = True
        with trio.move_on_after(STROKE_S) as whole:
            await self._halt.wait()
        self.moving = False
        (self.moved if whole.cancelled_caught else self.stopped).append((part, motion))
        return f"{part.value}: {motion.value}" + ("" if whole.cancelled_caught else f", {STOPPED}")

    async def stop(self) -> bool:
        await trio.lowlevel.checkpoint()
        if self.stops is None:
            raise NoAnswerError("stop: no answer")
        if self.stops:
            self._halt.set()
        return self.stops


class Finger:
    """On a button until it is lifted."""

    def __init__(self) -> None:
        self._up = trio.Event()

    def lift(self) -> None:
        self._up.set()

    async def lifted(self) -> None:
        await self._up.wait()


def premises(folder: Path, mechanism: Mechanism, world: World | None = None) -> SetUpPremises:
    here = Locations(config_dir=folder, data_dir=folder)
    motion = HeldMotion(mechanism.carry_out, mechanism.withdrawn.append, lambda: mechanism)
    return SetUpPremises(machine_in(world or World()), Settings(), here, motion=motion)


def machine_in(world: World) -> Machine:
    class Around:
        hardware, eyes = hardware_over(world), None

    return cast("Machine", Around)


@pytest.mark.parametrize(
    ("part", "motion"), [("gate_open", OPEN), ("gate_shut", SHUT), ("sorter", HOME)]
)
async def test_a_held_button_moves_its_part_once_and_no_more(
    autojump_clock: MockClock, tmp_path: Path, part: Part, motion: tuple[Component, Motion]
) -> None:
    mechanism = Mechanism()
    assert await premises(tmp_path, mechanism).hold(part, Finger().lifted) == "done"
    assert trio.current_time() == pytest.approx(TO_MOTOR_S + STROKE_S)
    assert mechanism.moved == [motion]


async def test_a_motor_stops_when_the_finger_leaves(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    mechanism, finger = Mechanism(), Finger()
    ends: list[str] = []

    async def press() -> None:
        ends.append(await premises(tmp_path, mechanism).hold("gate_open", finger.lifted))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(press)
        await trio.sleep(TO_MOTOR_S + STROKE_S / 2)
        assert mechanism.moving
        let_go_s = trio.current_time()
        finger.lift()
    assert trio.current_time() == let_go_s
    assert ends == ["stopped"]
    assert (mechanism.moved, mechanism.stopped) == ([], [OPEN])


@pytest.mark.parametrize("stops", [True, False])
async def test_a_finger_that_leaves_before_the_motor_turns_has_moved_nothing(
    autojump_clock: MockClock, tmp_path: Path, stops: bool
) -> None:
    mechanism, finger = Mechanism(stops=stops), Finger()

    async def press() -> None:
        with pytest.raises(NotMovedError, match="let go before it moved"):
            await premises(tmp_path, mechanism).hold("gate_open", finger.lifted)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(press)
        await trio.sleep(ORDER_S / 3)
        finger.lift()
    assert (mechanism.moved, mechanism.stopped) == ([], [])


async def test_a_finger_that_leaves_in_the_last_moment_costs_a_jerk_at_most(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    mechanism, finger = Mechanism(), Finger()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(premises(tmp_path, mechanism).hold, "gate_open", finger.lifted)
        await trio.sleep(ORDER_S + LATE_S / 2)
        finger.lift()
    assert trio.current_time() <= TO_MOTOR_S + AGAIN_S
    assert mechanism.stopped == [OPEN]


async def test_a_phone_that_hangs_up_has_let_go(autojump_clock: MockClock, tmp_path: Path) -> None:
    mechanism = Mechanism()
    with trio.move_on_after(TO_MOTOR_S + STROKE_S / 2):
        await premises(tmp_path, mechanism).hold("gate_open", Finger().lifted)
    assert trio.current_time() == pytest.approx(TO_MOTOR_S + STROKE_S / 2)
    assert mechanism.stopped == [OPEN]
    assert not mechanism.moving
    await trio.sleep(STROKE_S)
    assert mechanism.moved == []  # nor is the gate shut: a hand may be where the finger went


@pytest.mark.parametrize("stops", [False, None], ids=["without the word", "silent"])
async def test_a_controller_that_cannot_stop_ends_its_movement_and_that_is_said(
    autojump_clock: MockClock, tmp_path: Path, stops: bool | None
) -> None:
    mechanism, finger = Mechanism(stops=stops), Finger()
    ends: list[str] = []

    async def press() -> None:
        ends.append(await premises(tmp_path, mechanism).hold("gate_open", finger.lifted))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(press)
        await trio.sleep(TO_MOTOR_S + STROKE_S / 2)
        finger.lift()
    assert trio.current_time() == pytest.approx(TO_MOTOR_S + STROKE_S)
    assert (ends, mechanism.moved) == (["ran_on"], [OPEN])


async def test_what_never_ends_is_given_up(
    autojump_clock: MockClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(_: Order) -> str:
        await trio.sleep_forever()

    mechanism, finger = Mechanism(stops=False), Finger()
    monkeypatch.setattr(mechanism, "carry_out", hang)
    finger.lift()
    with pytest.raises(NotMovedError, match="did not end within"):
        await premises(tmp_path, mechanism).hold("sorter", finger.lifted)
    assert trio.current_time() == pytest.approx(END_S)


@pytest.mark.parametrize("part", ["gate_open", "gate_shut", "sorter"])
async def test_what_the_chart_refuses_is_said(
    autojump_clock: MockClock, tmp_path: Path, part: Part
) -> None:
    page = premises(tmp_path, Mechanism("the service door is open"))
    with pytest.raises(NotMovedError, match="the service door is open"):
        await page.hold(part, Finger().lifted)


async def test_a_press_that_comes_too_late_to_be_meant_moves_nothing(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    mechanism = Mechanism()
    page = premises(tmp_path, mechanism)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(page.hold, "gate_open", Finger().lifted)
        await trio.sleep(STROKE_S / 4)
        with pytest.raises(NotMovedError, match="busy"):
            await page.hold("sorter", Finger().lifted)
    assert mechanism.moved == [OPEN]


async def test_the_lamp_shines_while_its_button_is_held(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    world, finger = World(), Finger()
    page = premises(tmp_path, Mechanism(), world)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(page.hold, "lamp", finger.lifted)
        await trio.sleep(1)
        assert world.light_is_on
        finger.lift()
        await trio.sleep(0.1)
        assert not world.light_is_on


async def test_the_lamp_goes_out_when_it_was_held_long_enough_or_the_phone_hangs_up(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    world = World()
    page = premises(tmp_path, Mechanism(), world)
    assert await page.hold("lamp", Finger().lifted) == "done"
    assert trio.current_time() == pytest.approx(LAMP_S, abs=0.1)
    with trio.move_on_after(1):
        await page.hold("lamp", Finger().lifted)
    assert not world.light_is_on
    assert world.audit().hazards == ()


async def test_nothing_shines_behind_a_gate_that_may_be_open(
    autojump_clock: MockClock, tmp_path: Path
) -> None:
    mechanism, finger = Mechanism(), Finger()
    page = premises(tmp_path, mechanism)
    await page.hold("gate_open", Finger().lifted)
    with pytest.raises(NotMovedError, match="shut it first"):
        await page.hold("lamp", finger.lifted)
    with pytest.raises(NotShownError, match="shut it first"):
        await page.picture()
    with trio.move_on_after(TO_MOTOR_S + STROKE_S / 2):
        await page.hold("gate_shut", finger.lifted)  # half-way
    with pytest.raises(NotMovedError, match="shut it first"):
        await page.hold("lamp", finger.lifted)
    await page.hold("gate_shut", Finger().lifted)
    finger.lift()
    assert await page.hold("lamp", finger.lifted) == "stopped"


async def test_a_sorter_that_rests_by_itself_is_not_said_to_have_moved(
    tmp_path: Path,
) -> None:
    """An ESP32's firmware has no word for it, and the page would say that all was well."""
    mechanism, here = Mechanism(), Locations(config_dir=tmp_path, data_dir=tmp_path)

    class Around:
        hardware = with_controller(hardware_over(World()), Controller(never))

    motion = HeldMotion(mechanism.carry_out, mechanism.withdrawn.append, lambda: mechanism)
    page = SetUpPremises(cast("Machine", Around), Settings(), here, motion=motion)
    assert not page.moves_sorter
    with pytest.raises(NotMovedError, match="at rest by itself"):
        await page.hold("sorter", Finger().lifted)
    assert mechanism.moved == []


async def test_a_machine_without_a_mechanism_says_so(tmp_path: Path) -> None:
    here = Locations(config_dir=tmp_path, data_dir=tmp_path)
    page = SetUpPremises(cast("Machine", None), Settings(), here)
    with pytest.raises(NotMovedError, match="nothing moves here"):
        await page.hold("gate_open", Finger().lifted)
