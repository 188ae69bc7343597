"""What the motor controller does with a command, whichever wire it came by; and its dead-man."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import trio

from drivers.ports import (
    DeviceGoneError,
    MotionBlockedError,
    Signal,
    StoppedError,
    WrongAnswerError,
)
from drivers.sim.link import Arguments, Verb
from rvm_edge.simulator.mechanism import Mechanism, Way
from rvm_edge.simulator.motion import Motion
from rvm_edge.simulator.passage import Passage

CONTROLLER_VERBS = frozenset(
    {
        Verb.GATE_OPEN,
        Verb.GATE_CLOSE,
        Verb.SORTER_HOME,
        Verb.SORTER_DROP,
        Verb.SORTER_RETURN,
        Verb.LIGHT_ON,
        Verb.LIGHT_OFF,
        Verb.INDICATE,
        Verb.BEAT,
        Verb.STOP,
    }
)
"""What goes to the motor controller; everything else is wired to the host."""


class Firmware:
    """Single-threaded: one command at a time, each finished before the next is begun."""

    def __init__(self, passage: Passage, mechanism: Mechanism, dead_man_s: float) -> None:
        self._passage = passage
        self._mechanism = mechanism
        self._dead_man_s = dead_man_s
        self._dead_at_s = math.inf
        self._check_at_s = math.inf
        self._at_work = trio.Lock()
        self._dead_man_fired = 0

    @property
    def dead_man_fired(self) -> int:
        """How often a host that fell silent has been taken for dead."""
        self._passage.now()
        return self._dead_man_fired

    def hear(self, dead_man_s: float | None = None) -> None:
        """Take note that the host is alive.

        Args:
            dead_man_s: how long that holds, if shorter than the firmware's own time.
        """
        within_s = min(self._dead_man_s, math.inf if dead_man_s is None else dead_man_s)
        self._dead_at_s = self._passage.now() + within_s
        self._check_at(self._dead_at_s)

    def forget_host(self) -> None:
        """Stand the dead-man down: there is no power."""
        self._dead_at_s = math.inf

    def reset(self) -> None:
        """Reboot: everything stops where it is, the lamp goes out."""
        self._mechanism.stop_all(self._passage.now())

    def stop(self) -> None:
        """Stop gate and sorter where they are; whoever had them moved is told so."""
        self._mechanism.brake(self._passage.now())

    async def perform(
        self, verb: Verb, signal: Signal | None, still_there: Callable[[], None]
    ) -> None:
        """Carry out one command.

        Args:
            verb: one of `CONTROLLER_VERBS`.
            signal: what to show, for `Verb.INDICATE`.
            still_there: raises when whoever asked can get no answer any more. What was started
                goes on without them.

        Raises:
            MotionBlockedError: something was in the way.
            StoppedError: it was stopped on the way.
            DeviceGoneError: the controller lost power or was reset in the middle.
        """
        if verb is Verb.STOP:  # heard while another command is carried out
            self.stop()
            return
        async with self._at_work:
            for start in self._steps(verb, signal):
                await self._wait(lambda: not self._mechanism.busy, still_there)
                motion = start(self._passage.now())
                self._passage.touch()
                await self._wait(partial(_is_over, motion), still_there)
                if motion.stopped:
                    raise StoppedError(f"{verb.value}: stopped on the way")
                if motion.aborted:
                    raise DeviceGoneError(f"{verb.value}: the controller went down in the middle")
                if motion.blocked:
                    raise MotionBlockedError(f"{verb.value}: {motion.blocked}")

    def _steps(self, verb: Verb, signal: Signal | None) -> list[Callable[[float], Motion]]:
        parts = self._mechanism
        steps: dict[Verb, list[Callable[[float], Motion]]] = {
            Verb.GATE_OPEN: [parts.start_open],
            Verb.GATE_CLOSE: [parts.start_close],
            Verb.SORTER_DROP: [lambda now_s: parts.start_sort(Way.BIN, now_s)],
            Verb.SORTER_RETURN: [lambda now_s: parts.start_sort(Way.MOUTH, now_s)],
            Verb.SORTER_HOME: [
                parts.start_close,
                lambda now_s: parts.start_light(now_s, on=False),
                parts.start_home,
            ],
            Verb.LIGHT_ON: [lambda now_s: parts.start_light(now_s, on=True)],
            Verb.LIGHT_OFF: [lambda now_s: parts.start_light(now_s, on=False)],
            Verb.BEAT: [],
        }
        if verb is Verb.INDICATE:
            if signal is None:
                raise ValueError("indicator.show: which signal?")
            return [lambda now_s: parts.start_signal(signal, now_s)]
        return steps[verb]

    async def _wait(self, holds: Callable[[], bool], still_there: Callable[[], None]) -> None:
        def done() -> bool:
            still_there()
            return holds()

        await self._passage.until(done)

    def _check_at(self, at_s: float) -> None:
        if at_s < self._check_at_s:
            self._check_at_s = at_s
            self._passage.agenda.put(at_s, self._check_host)

    def _check_host(self, at_s: float) -> None:
        if at_s != self._check_at_s:
            return  # an earlier check has taken this one's place
        self._check_at_s = math.inf
        if at_s < self._dead_at_s:
            self._check_at(self._dead_at_s)
            return
        self._dead_man_fired += 1
        self._mechanism.stop_all(at_s)
        self._mechanism.start_close(at_s)
        if self._mechanism.slot_is_blocked(at_s):
            self._check_at(at_s + self._dead_man_s)


def _is_over(motion: Motion) -> bool:
    return motion.over


def signal_asked(verb: Verb, arguments: Arguments | None) -> Signal | None:
    """Read the signal to show from `arguments`.

    Raises:
        WrongAnswerError: there is none, or no such signal.
    """
    if verb is not Verb.INDICATE:
        return None
    asked = (arguments or {}).get("signal")
    try:
        return Signal(asked)
    except ValueError as unknown:
        raise WrongAnswerError(f"{verb.value}: no signal {asked!r:.40}") from unknown
