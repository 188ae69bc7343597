"""Gate, sorter, lamp and status light, as metal and motors: what really moves, and when."""

from __future__ import annotations

from enum import Enum

from drivers.ports import Signal
from rvm_edge.simulator.chamber import Chamber
from rvm_edge.simulator.faults import Fault, FaultBoard
from rvm_edge.simulator.lamp import Lamp
from rvm_edge.simulator.motion import Motion, Shutter
from rvm_edge.simulator.passage import Passage
from rvm_edge.simulator.timings import Timings
from rvm_edge.simulator.truth import Danger, Hazard

_LETS_GO_AT = 0.5
_LANDS_AT = 0.7
_PINCHES_AT = 0.5
"""Shares of a run at which an item falls and lands; share of opening at which a gate can pinch."""


class Way(Enum):
    """Where the sorter sends an item."""

    BIN = "bin"
    MOUTH = "mouth"


class Mechanism:
    """The moving parts. One movement at a time: the controller is single-threaded."""

    def __init__(
        self, passage: Passage, chamber: Chamber, faults: FaultBoard, timings: Timings
    ) -> None:
        self._passage = passage
        self._chamber = chamber
        self._faults = faults
        self._timings = timings
        self._gate = Shutter(timings.gate_s)
        self._motor_since_s: float | None = None
        self._current = Motion(finished=True)
        self.at_rest = True
        self.door_is_open = False
        self.signal: Signal | None = None
        self.hazards: list[Hazard] = []
        self.lamp = Lamp(faults, timings, self._endanger)
        self.motor_runs = 0

    @property
    def busy(self) -> bool:
        """Whether a movement is under way."""
        return not self._current.over

    @property
    def motor_turns(self) -> bool:
        """Whether the sorter's motor turns."""
        return self._motor_since_s is not None

    def gate_opening(self, now_s: float) -> float:
        """Return how far the gate is open: 0 is closed, 1 is open."""
        return self._gate.position(now_s)

    def slot_is_blocked(self, now_s: float) -> bool:
        """Whether a hand or a returned item is in the way of the gate."""
        return (
            now_s < self._chamber.hand_until_s
            or not self._chamber.mouth_is_free
            or self._faults.stands(Fault.HAND_IN_SLOT)
        )

    def start_open(self, now_s: float) -> Motion:
        """Start opening the gate."""
        motion = self._begin()
        if self.motor_turns:
            self._endanger(Danger.GATE_OPEN_WHILE_MOTOR_TURNS, now_s)
        if self.lamp.lit:
            self._endanger(Danger.LIGHT_ON_BEHIND_OPEN_GATE, now_s)
        self._finish_at(self._gate.drive(1.0, now_s), motion)
        return motion

    def start_close(self, now_s: float) -> Motion:
        """Start closing the gate; it opens again if it would pinch something."""
        motion = self._begin()
        opening = self._gate.position(now_s)
        arrives_at_s = self._gate.drive(0.0, now_s)
        if opening > 0:
            free_way_s = max(opening - _PINCHES_AT, 0.0) * self._timings.gate_s

            def pinch(at_s: float) -> None:
                if not motion.over and self.slot_is_blocked(at_s):
                    motion.blocked = "the gate met something in the slot and opened again"
                    self._finish_at(self._gate.drive(1.0, at_s), motion)

            self._passage.agenda.put(now_s + free_way_s, pinch)

        def arrive(_: float) -> None:
            if not motion.blocked:
                self._finish(motion)

        self._passage.agenda.put(arrives_at_s, arrive)
        return motion

    def start_sort(self, way: Way, now_s: float) -> Motion:
        """Start one run of the sorter."""
        motion = self._begin()
        self._start_motor(now_s)
        if self._faults.fires(Fault.SORTER_JAMS):
            self._end_run_at(now_s + self._timings.motor_bound_s, motion, "the sorter jammed")
            return motion
        falls_back = self._faults.fires(Fault.ITEM_FALLS_BACK)
        pulled_out = self._faults.fires(Fault.ITEM_PULLED_OUT)
        flying: list[int] = []

        def let_go(at_s: float) -> None:
            if motion.aborted:
                return
            flying.extend(self._chamber.let_go(at_s))
            if pulled_out:
                self._chamber.pull_out(tuple(flying), at_s, self._timings.hand_s)
                flying.clear()

        def land(at_s: float) -> None:
            if falls_back:
                self._chamber.fall_back(tuple(flying), at_s)
            elif way is Way.BIN:
                self._chamber.land_in_bin(tuple(flying), at_s)
            else:
                self._chamber.land_in_mouth(tuple(flying), at_s)

        self._passage.agenda.put(now_s + _LETS_GO_AT * self._timings.sort_s, let_go)
        self._passage.agenda.put(now_s + _LANDS_AT * self._timings.sort_s, land)
        self._end_run_at(now_s + self._timings.sort_s, motion)
        return motion

    def start_home(self, now_s: float) -> Motion:
        """Start bringing the platform to rest; no movement if it is there."""
        motion = self._begin()
        if self.at_rest:
            self._finish_at(now_s, motion)
            return motion
        self._start_motor(now_s)
        if self._faults.fires(Fault.SORTER_JAMS):
            self._end_run_at(now_s + self._timings.motor_bound_s, motion, "the sorter is jammed")
        else:
            self._end_run_at(now_s + self._timings.home_s, motion)
        return motion

    def start_light(self, now_s: float, *, on: bool) -> Motion:
        """Switch the lamp."""
        motion = self._begin()
        if on and self._gate.position(now_s) > 0:
            self._endanger(Danger.LIGHT_ON_BEHIND_OPEN_GATE, now_s)
        self.lamp.switch(now_s, on=on)
        self._finish_at(now_s + self._timings.light_s, motion)
        return motion

    def start_signal(self, signal: Signal, now_s: float) -> Motion:
        """Show `signal`; success and rejection play for a while before they are confirmed."""
        motion = self._begin()
        self.signal = signal
        plays = signal in (Signal.SUCCESS, Signal.REJECTED)
        self._finish_at(now_s + (self._timings.indicate_s if plays else 0.0), motion)
        return motion

    def stop_all(self, now_s: float) -> None:
        """Stop every movement where it is and darken the lamp. What falls, falls on."""
        self._current.aborted = not self._current.finished
        self._gate.stop(now_s)
        if self.motor_turns:
            self._stop_motor(now_s)
        self.lamp.switch(now_s, on=False)
        self._passage.touch()

    def brake(self, now_s: float) -> None:
        """Stop gate and sorter where they are. What falls, falls on."""
        if not self._gate.moves(now_s) and not self.motor_turns:
            return
        self._current.aborted = self._current.stopped = not self._current.finished
        self._gate.stop(now_s)
        self._stop_motor(now_s)
        self._passage.touch()

    def _begin(self) -> Motion:
        self._current = Motion()
        return self._current

    def _finish(self, motion: Motion) -> None:
        if not motion.aborted:
            motion.finished = True

    def _finish_at(self, at_s: float, motion: Motion) -> None:
        self._passage.agenda.put(at_s, lambda _: self._finish(motion))

    def _start_motor(self, now_s: float) -> None:
        self.motor_runs += 1
        self.at_rest = False
        self._motor_since_s = now_s
        if self._gate.position(now_s) > 0:
            self._endanger(Danger.GATE_OPEN_WHILE_MOTOR_TURNS, now_s)
        if self.door_is_open:
            self._endanger(Danger.DOOR_OPEN_WHEN_MOTOR_STARTS, now_s)
        if self.lamp.lit:
            self._endanger(Danger.LIGHT_ON_WHILE_MOTOR_TURNS, now_s)

    def _stop_motor(self, at_s: float) -> None:
        if self._motor_since_s is None:
            return
        if at_s - self._motor_since_s > self._timings.motor_bound_s + 1e-6:
            self._endanger(Danger.MOTOR_RAN_TOO_LONG, at_s)
        self._motor_since_s = None

    def _end_run_at(self, at_s: float, motion: Motion, blocked: str = "") -> None:
        """Stop the motor then: the platform is at rest, or something was in its way."""

        def end(then_s: float) -> None:
            if not motion.aborted:
                self._stop_motor(then_s)
                self.at_rest = not blocked
                motion.blocked = blocked
                motion.finished = True

        self._passage.agenda.put(at_s, end)

    def _endanger(self, danger: Danger, at_s: float) -> None:
        self.hazards.append(Hazard(danger, at_s))
