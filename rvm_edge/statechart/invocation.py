"""One stay in one state: its activities, its time-out, and how they are ended."""

from __future__ import annotations

import contextlib
import itertools
import logging
import sys
from collections.abc import Iterator, Sequence
from typing import Final, Generic, TypeVar

import msgspec
import trio

from rvm_edge.statechart.definition import (
    Activity,
    Event,
    State,
    StateError,
    StatePath,
    TimedOut,
)
from rvm_edge.statechart.exception_groups import is_only, the_one_in
from rvm_edge.statechart.post_office import CLEANUP, PostOffice

if sys.version_info < (3, 11):
    from exceptiongroup import BaseExceptionGroup

__all__ = ["MESSAGE_CHARS", "Invocation", "as_error"]

M = TypeVar("M")
M_co = TypeVar("M_co", covariant=True)

MESSAGE_CHARS: Final = 500
"""How much of an exception's text goes into an event."""

PATIENCE: Final = 1.25
"""How long an invocation is waited for, in graces: a clean-up that is cut off at its grace needs a
moment more to end."""

_LOG = logging.getLogger(__name__)
_ids = itertools.count(1)


def as_error(state: StatePath, error: BaseException, about: str = "") -> StateError:
    """Write an exception as an event; of a group with one exception, that one."""
    error = the_one_in(error)
    text = f"{about}: {error}" if about else str(error)
    return StateError(state, type(error).__name__, text[:MESSAGE_CHARS])


class Invocation(Generic[M]):
    """Owns everything that runs because a state is active.

    Lives from the state's entry to its exit, even if all its activities have returned: only so are
    the last events that they posted not taken for stale.

    Attributes:
        id: unique in the process.
        path: the state.
        event: the event that led here; None for the initial configuration.
    """

    def __init__(
        self,
        path: StatePath,
        event: Event | None,
        office: PostOffice,
        grace_s: float,
        foreseen: tuple[type[Exception], ...] = (),
    ) -> None:
        """Prepare to run.

        Args:
            path: the state.
            event: that led here.
            office: where its events go.
            grace_s: how long its clean-up may take.
            foreseen: what activities raise without a fault of the program.
        """
        self.id = next(_ids)
        self.path = path
        self.event = event
        self._office = office
        self._grace_s = grace_s
        self._foreseen = foreseen
        self._live = True
        self._scope = trio.CancelScope()
        self._ended = trio.Event()
        self._ended.set()
        self._cleanup_deadline_s = 0.0
        self._waiting_to_post: set[trio.CancelScope] = set()
        self._failures: list[StateError] = []

    @property
    def live(self) -> bool:
        """Whether the state has not been left since."""
        return self._live

    @property
    def has_ended(self) -> bool:
        """Whether none of its tasks is left."""
        return self._ended.is_set()

    async def wait_ended(self) -> None:
        """Return when none of its tasks is left."""
        await self._ended.wait()

    async def run(
        self,
        state: State[M],
        machine: M,
        *,
        timeout_s: float | None,
        wait_s: float,
        predecessors: Sequence[Invocation[M]],
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Run the state's activities and its time-out until `leave`.

        Reports that it has started when the activities have, in their order; at once if they have
        to wait.

        Args:
            state: whose activities.
            machine: what they act upon.
            timeout_s: after how long to post the time-out, counted from now; None for never.
            wait_s: how long the activities wait first.
            predecessors: earlier stays in this state whose clean-up has not ended yet: its
                activities wait for that too, so that two never run side by side.
            task_status: trio's.
        """
        self._ended = trio.Event()
        try:
            with self._scope:
                async with trio.open_nursery() as nursery:
                    if timeout_s is not None:
                        nursery.start_soon(self._time_out, timeout_s)
                    if wait_s or predecessors:
                        task_status.started()
                        for predecessor in predecessors:
                            await predecessor.wait_ended()
                        await trio.sleep(wait_s)
                    context = _Context(machine, self.event, self)
                    for activity in state.activities:
                        await nursery.start(self._perform, activity, context)
                    if not wait_s and not predecessors:
                        task_status.started()
        finally:
            self._ended.set()

    async def leave(self) -> tuple[StateError, ...]:
        """Cancel everything, wait for the clean-up within its grace, and return what failed in it.

        From here on, what the activities post is stale.
        """
        self._live = False
        self._cleanup_deadline_s = trio.current_time() + self._grace_s
        self._scope.cancel()
        for scope in self._waiting_to_post:
            scope.cancel()
        with trio.move_on_after(self._grace_s * PATIENCE):
            await self._ended.wait()
        if not self._ended.is_set():
            self._failures.append(
                StateError(CLEANUP, "Hung", f"{self.path}: its tasks do not end when cancelled")
            )
        return tuple(self._failures)

    async def post(self, event: Event) -> None:
        """Queue an event of this invocation; see `Context.post`."""
        if not self._live:
            self._office.check(event)
            self._office.note_stale()
            await trio.lowlevel.checkpoint()
            return
        # Left while waiting for room: the clean-up that waits here must not wait for the loop,
        # which waits for the clean-up.
        with trio.CancelScope() as scope:
            self._waiting_to_post.add(scope)
            try:
                await self._office.post(event, self)
            finally:
                self._waiting_to_post.discard(scope)
        if scope.cancelled_caught:
            self._office.note_stale()

    def post_nowait(self, event: Event) -> bool:
        """Queue an event of this invocation if there is room; see `Context.post_nowait`."""
        if not self._live:
            self._office.check(event)
            self._office.note_stale()
            return True
        return self._office.post_nowait(event, self)

    @contextlib.contextmanager
    def cleanup(self) -> Iterator[None]:
        """Shield the enclosed clean-up, until the grace is over; see `Context.cleanup`."""
        deadline_s = trio.current_time() + self._grace_s
        if not self._live:
            deadline_s = self._cleanup_deadline_s
        with trio.CancelScope(deadline=deadline_s, shield=True) as scope:
            yield
        if scope.cancelled_caught:
            self._clean_up_failed(
                StateError(CLEANUP, "Hung", f"{self.path}: clean-up cut off after its grace")
            )

    async def _perform(
        self,
        activity: Activity[M],
        context: _Context[M],
        *,
        task_status: trio.TaskStatus[None],
    ) -> None:
        task_status.started()
        try:
            await activity(context)
        except Exception as error:  # noqa: BLE001 - whatever an activity raises is an event
            self._failed(activity, error)
        except BaseExceptionGroup as group:
            errors, others = group.split(Exception)
            if errors is not None:
                self._failed(activity, errors)
            assert others is not None, "a group of nothing but exceptions is an exception"
            raise others from None

    def _failed(self, activity: Activity[M], error: Exception | BaseExceptionGroup) -> None:
        if is_only(error, *self._foreseen):
            failed = as_error(self.path, error)
            name = activity.__name__
            _LOG.warning("activity %s of %s: %s: %s", name, self.path, failed.kind, failed.message)
        else:
            _LOG.error("activity %s of %s failed", activity.__name__, self.path, exc_info=error)
        if self._live:
            self._office.report_error(as_error(self.path, error), self)
        else:
            self._clean_up_failed(as_error(CLEANUP, error, self.path))

    def _clean_up_failed(self, failure: StateError) -> None:
        """Hand a failed clean-up to whoever is leaving the state, or else to the chart."""
        if self._live:
            self._office.report_error(failure)
        else:
            self._failures.append(failure)

    async def _time_out(self, seconds: float) -> None:
        await trio.sleep(seconds)
        self._office.report_timeout(TimedOut(self.path), self)


class _Context(msgspec.Struct, Generic[M_co], frozen=True):
    """What an activity sees of all this: `definition.Context`."""

    machine: M_co
    event: Event | None
    _invocation: Invocation[M_co]

    async def post(self, event: Event) -> None:
        await self._invocation.post(event)

    def post_nowait(self, event: Event) -> bool:
        return self._invocation.post_nowait(event)

    def cleanup(self) -> contextlib.AbstractContextManager[None]:
        return self._invocation.cleanup()
