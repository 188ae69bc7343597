"""The stays in all states that are active, and the one place where their tasks live."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Final, Generic, TypeVar

import trio

from rvm_edge.statechart.counts import Tally
from rvm_edge.statechart.definition import Event, State, StateError, StatePath
from rvm_edge.statechart.invocation import Invocation
from rvm_edge.statechart.pacing import ErrorPacing
from rvm_edge.statechart.post_office import PostOffice

__all__ = ["Invocations"]

M = TypeVar("M")

STUCK_GRACES: Final = 5.0
"""How long a hung task may go on after it was noticed, in graces, before the process ends."""


class Invocations(Generic[M]):
    """Begins a stay where a state is entered, and ends it where the state is left."""

    def __init__(
        self,
        states: Mapping[StatePath, State[M]],
        machine: M,
        office: PostOffice,
        tally: Tally,
        *,
        timeouts: Mapping[StatePath, float],
        grace_s: float,
        foreseen: tuple[type[Exception], ...],
        on_stuck: Callable[[str], None],
    ) -> None:
        """Prepare to be held; see `Runtime` for the rest.

        Args:
            states: every state of the chart, by its path.
            machine: what the activities act upon.
            office: where their events go.
            tally: where failed clean-ups are counted.
            timeouts: seconds by state, in place of the chart's own.
            grace_s: how long a clean-up may take.
            foreseen: what activities raise without a fault of the program.
            on_stuck: called with the reason when a task does not end long after its grace.

        Raises:
            ValueError: `timeouts` names a state that has none.
        """
        known = {path for path, state in states.items() if state.timeout is not None}
        unknown = sorted(set(timeouts) - known)
        if unknown:
            raise ValueError(f"no time-out to override: {', '.join(unknown)} has none in the chart")
        self._states = states
        self._machine = machine
        self._office = office
        self._tally = tally
        self._timeouts = dict(timeouts)
        self._grace_s = grace_s
        self._foreseen = foreseen
        self._on_stuck = on_stuck
        self._pacing = ErrorPacing()
        self._current: dict[StatePath, Invocation[M]] = {}
        self._hung: list[Invocation[M]] = []
        self._house: trio.Nursery | None = None
        self._vacated = trio.Event()

    async def hold(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Hold their tasks until `vacate`, out of reach of a cancellation.

        It would end all at once; they end when their states are left, in the right order.
        """
        with trio.CancelScope(shield=True):
            async with trio.open_nursery() as self._house:
                task_status.started()
                await self._vacated.wait()

    def vacate(self) -> None:
        """Let `hold` end once no task is left."""
        self._vacated.set()

    async def enter(self, entered: Iterable[StatePath], event: Event | None) -> None:
        """Begin a stay in each state; return when their activities have started.

        Args:
            entered: outermost first.
            event: that led there. After an error that comes again and again they wait first.
        """
        wait_s = 0.0
        if isinstance(event, StateError):
            wait_s = self._pacing.wait_after(event.title, trio.current_time())
        for path in entered:
            invocation = self._begun(path, event)
            state = self._states[path]
            timeout_s = self._timeout_of(path)
            if state.activities or timeout_s is not None:
                start = partial(
                    invocation.run,
                    state,
                    self._machine,
                    timeout_s=timeout_s,
                    wait_s=wait_s,
                    predecessors=[hung for hung in self._hung if hung.path == path],
                )
                await self._nursery.start(start)

    def enter_without_activities(self, entered: Iterable[StatePath], event: Event) -> None:
        """Begin a stay in each state in which nothing happens."""
        for path in entered:
            self._begun(path, event)

    async def leave(self, exited: Iterable[StatePath]) -> list[StateError]:
        """End the stay in each state, one after the other; return what failed in their clean-ups.

        Args:
            exited: innermost first.
        """
        failures: list[StateError] = []
        for path in exited:
            invocation = self._current.pop(path, None)
            if invocation is None:
                continue
            failures += await invocation.leave()
            if not invocation.has_ended:
                self._hung.append(invocation)
                self._nursery.start_soon(self._watch_hung, invocation)
        self._tally.hung += len(failures)
        return failures

    async def _watch_hung(self, invocation: Invocation[M]) -> None:
        deadline_s = self._grace_s * STUCK_GRACES
        with trio.move_on_after(deadline_s):
            await invocation.wait_ended()
        if not invocation.has_ended:
            self._on_stuck(f"{invocation.path} still runs {deadline_s:g} s after its clean-up hung")
            await invocation.wait_ended()
        self._hung.remove(invocation)

    def _begun(self, path: StatePath, event: Event | None) -> Invocation[M]:
        invocation: Invocation[M] = Invocation(
            path, event, self._office, self._grace_s, self._foreseen
        )
        self._current[path] = invocation
        return invocation

    def _timeout_of(self, path: StatePath) -> float | None:
        timeout = self._states[path].timeout
        return None if timeout is None else self._timeouts.get(path, timeout.seconds)

    @property
    def _nursery(self) -> trio.Nursery:
        assert self._house is not None
        return self._house
