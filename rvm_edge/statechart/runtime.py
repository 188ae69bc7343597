"""Runs a chart on trio: one step after the other, each in the same order.

1. Decide: pure, no side effects.
2. Leave the exited states, innermost first: cancel their activities and await their clean-up.
3. Append the step to the journal, durably.
4. Start the entered states' activities, outermost first.
5. Publish to subscribers.

A step is never cut in two: cancelling the runtime takes effect between steps, so what is on disk is
what happened.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

import msgspec
import trio

from rvm_edge.statechart.counts import Counts, Tally
from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.definition import Configuration, Event, Payload, StateError, StatePath
from rvm_edge.statechart.document import chart_hash
from rvm_edge.statechart.errors import GuardError, JournalError, StatechartError
from rvm_edge.statechart.invocation import MESSAGE_CHARS, as_error
from rvm_edge.statechart.invocations import Invocations
from rvm_edge.statechart.journal.record import Journal, Record
from rvm_edge.statechart.post_office import CLEANUP, GUARD, PostOffice
from rvm_edge.statechart.publishing import Publisher, Step
from rvm_edge.statechart.scribe import Scribe
from rvm_edge.statechart.stuck import end_process

__all__ = ["Beat", "Runtime"]

M = TypeVar("M")

_LOG = logging.getLogger(__name__)


class Beat(msgspec.Struct, frozen=True):
    """How the loop is doing; all zero while it has nothing to do.

    Attributes:
        running: between the start of `run` and its end.
        step_s: how long the present step has taken so far, in seconds.
        waiting_s: how long the oldest event has been waiting for its step, in seconds.
    """

    running: bool
    step_s: float
    waiting_s: float


class Runtime(Generic[M]):
    """A chart at work. One `run` per object."""

    def __init__(
        self,
        decider: Decider[M],
        machine: M,
        journal: Journal,
        *,
        timeouts: Mapping[StatePath, float] = MappingProxyType({}),
        mailbox_size: int = 64,
        grace_s: float = 2.0,
        foreseen: tuple[type[Exception], ...] = (),
        on_stuck: Callable[[str], None] = end_process,
    ) -> None:
        """Prepare to run; nothing happens before `run`.

        Args:
            decider: the chart's.
            machine: what the activities act upon.
            journal: where the steps go.
            timeouts: seconds by state, in place of the chart's own.
            mailbox_size: how many events from outside and from activities may wait.
            grace_s: how long a clean-up may take.
            foreseen: what activities raise without a fault of the program, such as a device that is
                not there: logged in a line, where any other exception is logged with its traceback.
            on_stuck: called with the reason when a task does not end long after its grace; ends
                the process if not given.

        Raises:
            ValueError: `timeouts` names a state that has none.
        """
        self._decider = decider
        self._scribe = Scribe(journal, chart_hash(decider.chart))
        self._tally = Tally()
        self._office = PostOffice(decider.chart, mailbox_size, self._tally)
        self._invocations = Invocations(
            decider.states,
            machine,
            self._office,
            self._tally,
            timeouts=timeouts,
            grace_s=grace_s,
            foreseen=foreseen,
            on_stuck=on_stuck,
        )
        self._publisher = Publisher(self._tally)
        self._configuration: Configuration = ()
        self._step_began_s: float | None = None

    @property
    def configuration(self) -> Configuration:
        """The active leaves, as the journal's last row has them; empty before and after `run`."""
        return self._configuration

    @property
    def counts(self) -> Counts:
        """What has been counted since the start."""
        return self._tally.snapshot()

    @property
    def beat(self) -> Beat:
        """How the loop is doing. Needs trio's clock: ask from within trio."""
        if not self._configuration:
            return Beat(running=False, step_s=0.0, waiting_s=0.0)
        began_s = self._step_began_s
        step_s = 0.0 if began_s is None else trio.current_time() - began_s
        return Beat(running=True, step_s=step_s, waiting_s=self._office.waiting_s())

    def is_progressing(self, limit_s: float) -> bool:
        """Say whether the loop runs, and neither a step nor an event has taken over `limit_s`.

        For a watchdog. A loop without work is progressing: it needs no timer to say so, because
        whoever asks runs on the same trio loop.
        """
        beat = self.beat
        return beat.running and max(beat.step_s, beat.waiting_s) <= limit_s

    async def post(self, event: Event) -> None:
        """Queue an event from outside, waiting for room; dropped once the machine has stopped.

        Raises:
            UndeclaredEventError: the chart does not declare the event.
            UnwritableEventError: the event could not be journalled.
        """
        await self._office.post(event)

    def post_nowait(self, event: Event) -> bool:
        """Queue an event from outside if there is room, and say whether there was.

        Raises:
            UndeclaredEventError: the chart does not declare the event.
            UnwritableEventError: the event could not be journalled.
        """
        return self._office.post_nowait(event)

    def subscribe(
        self, capacity: int
    ) -> contextlib.AbstractContextManager[trio.MemoryReceiveChannel[Step]]:
        """Yield a channel of the steps from now on; see `Publisher.subscribe`."""
        return self._publisher.subscribe(capacity)

    async def run(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Run until cancelled; started when the initial configuration's activities are.

        On cancellation the states are left innermost first, each clean-up within its grace, and
        the journal gets its last row.

        Raises:
            JournalError: a row could not be written after several attempts. Everything has been
                stopped as on cancellation: what cannot be remembered must not go on.
            StatechartError: the engine is broken; likewise.
        """
        failure: StatechartError | None = None
        async with trio.open_nursery() as nursery:
            with trio.CancelScope(shield=True):  # or nobody could ever end it
                await nursery.start(self._invocations.hold)
            try:
                with self._uninterrupted():
                    await self._boot()
                task_status.started()
                while True:
                    event = await self._office.next()
                    with self._uninterrupted():
                        await self._step(event)
            except StatechartError as error:
                failure = error
            finally:
                try:
                    with trio.CancelScope(shield=True):
                        failure = await self._stop(failure)
                finally:
                    self._publisher.close()
                    self._invocations.vacate()
        if failure is not None:
            raise failure

    @contextlib.contextmanager
    def _uninterrupted(self) -> Iterator[None]:
        self._step_began_s = trio.current_time()
        try:
            with trio.CancelScope(shield=True):
                yield
        finally:
            self._step_began_s = None

    async def _boot(self) -> None:
        initial = self._decider.initial
        record = await self._scribe.write_start(initial)
        self._configuration = initial
        entered = self._decider.active(initial)
        await self._invocations.enter(entered, None)
        self._publish(record, None, (), entered)

    async def _step(self, event: Event) -> None:
        try:
            decision = self._decider.decide(self._configuration, event)
        except GuardError as error:
            cause = error.__cause__ or error
            _LOG.error("guard %s raised on %s", error.guard, event.title, exc_info=cause)
            about = f"{error.guard} on {event.title}"
            self._office.report_error(as_error(GUARD, cause, about))
            return
        if not decision.handled:
            self._tally.ignored[event.title] += 1
            return
        failures = await self._invocations.leave(decision.exited)
        record = await self._scribe.write_step(decision, event)
        self._configuration = decision.after
        if failures:
            # What the mechanism does now, nobody knows: nothing new may start on top of it.
            self._invocations.enter_without_activities(decision.entered, event)
            self._office.report_error(_joined(failures))
        else:
            await self._invocations.enter(decision.entered, event)
        self._publish(record, event, decision.exited, decision.entered)

    async def _stop(self, failure: StatechartError | None) -> StatechartError | None:
        """Leave everything, write the last row, and return what `run` has to raise."""
        self._office.close()
        if self._configuration:
            innermost_first = self._decider.active(self._configuration)[::-1]
            failures = await self._invocations.leave(innermost_first)
            data: Payload = {"cleanup": _joined(failures).message} if failures else {}
            try:
                record = await self._scribe.write_stop(self._configuration, data)
                self._publish(record, None, innermost_first, ())
            except JournalError as error:
                _LOG.error("the stop could not be written: %s", error)
                failure = failure or error
        self._configuration = ()
        return failure

    def _publish(
        self,
        record: Record,
        event: Event | None,
        exited: tuple[StatePath, ...],
        entered: tuple[StatePath, ...],
    ) -> None:
        self._tally.steps += 1
        self._publisher.publish(Step(record, event, exited, entered))


def _joined(failures: list[StateError]) -> StateError:
    """Write several failed clean-ups of one step as one event."""
    message = "; ".join(failure.message for failure in failures)
    return StateError(CLEANUP, failures[0].kind, message[:MESSAGE_CHARS])
