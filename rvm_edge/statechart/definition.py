"""The words a chart is written in: events, guards, states, transitions.

Declarations only: nothing here runs. `build.py` turns a `Chart` into a pure decider, `lint.py` says
what is wrong with one, `runtime.py` runs it on trio.

The engine knows nothing of what the activities act upon: every state is generic in ``M``, the type
of the bundle of ports that its activities get.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager
from typing import ClassVar, Generic, Protocol, TypeVar

import msgspec
from msgspec.structs import asdict

__all__ = [
    "Activity",
    "Chart",
    "Configuration",
    "Context",
    "Event",
    "Guard",
    "Payload",
    "Scalar",
    "State",
    "StateError",
    "StatePath",
    "TimedOut",
    "Timeout",
    "Transition",
    "error_in",
    "timeout_of",
]

M = TypeVar("M")
M_co = TypeVar("M_co", covariant=True)
M_contra = TypeVar("M_contra", contravariant=True)

Scalar = str | int | float | bool | None
Payload = dict[str, Scalar]
StatePath = str
"""A state's dotted path from the root, such as ``operational.intake.idle``."""

Configuration = tuple[StatePath, ...]
"""The active leaves, in the order of their regions. One leaf unless a parallel state is active."""


class Event(msgspec.Struct, frozen=True):
    """Something that happened. Subclasses are frozen Structs whose fields are scalars.

    Scalars only, because an event is written to the journal as it is and must come back from it
    equal: what a guard saw yesterday, a replay sees again today.
    """

    name: ClassVar[str] = ""

    def payload(self) -> Payload:
        """Return the fields by name, ready for the journal."""
        return asdict(self)

    @property
    def title(self) -> str:
        """The name under which transitions are looked up."""
        return self.name


class StateError(Event, frozen=True):
    """``error.<state>``: an activity of ``state`` raised. Posted by the runtime alone."""

    state: StatePath
    kind: str
    message: str

    @property
    def title(self) -> str:
        """``error.`` and the state's path."""
        return error_in(self.state)


class TimedOut(Event, frozen=True):
    """``timeout.<state>``: the machine stayed in ``state`` for its whole time-out."""

    state: StatePath

    @property
    def title(self) -> str:
        """``timeout.`` and the state's path."""
        return timeout_of(self.state)


def error_in(state: StatePath) -> str:
    """Name the event that an exception in an activity of `state` becomes."""
    return f"error.{state}"


def timeout_of(state: StatePath) -> str:
    """Name the event that `state`'s time-out becomes."""
    return f"timeout.{state}"


class Guard(msgspec.Struct, frozen=True):
    """A named, pure condition on a transition.

    `holds` sees the event and the configuration before it, and nothing else: so a journal row
    holds everything that is needed to decide again.

    Attributes:
        name: how the diagrams and the tables call it.
        doc: one sentence on what it asks.
        holds: the condition.
        configuration_only: `holds` never looks at the event. The exploration then asks it, instead
            of trying both answers, so that no impossible row appears in the table.
    """

    name: str
    doc: str
    holds: Callable[[Event, Configuration], bool]
    configuration_only: bool = False


class Timeout(msgspec.Struct, frozen=True):
    """How long a state may last before ``timeout.<state>`` is posted.

    `seconds` is the default; settings may override it by the state's path, without changing the
    chart.
    """

    seconds: float


class Context(Protocol[M_co]):
    """What an activity gets: the machine, the event that led here, and a way to post events."""

    @property
    def machine(self) -> M_co:
        """The bundle of ports and services."""
        ...

    @property
    def event(self) -> Event | None:
        """The event whose transition entered this state; None for the initial configuration."""
        ...

    async def post(self, event: Event) -> None:
        """Queue `event`, waiting for room. Dropped as stale once this invocation has ended.

        Raises:
            UndeclaredEventError: the chart does not declare the event.
        """
        ...

    def post_nowait(self, event: Event) -> bool:
        """Queue `event` if there is room, and say whether there was: for clean-up code.

        Raises:
            UndeclaredEventError: the chart does not declare the event.
        """
        ...

    def cleanup(self) -> AbstractContextManager[None]:
        """Shield the enclosed clean-up from cancellation, for at most the runtime's grace.

        Use it in every ``finally`` that awaits: without it the first await there is cut short.
        """
        ...


class Activity(Protocol[M_contra]):
    """A trio task owned by a state: started on entry, cancelled and awaited on exit.

    Returning early is fine; the invocation lives until its state is left. Raising is the event
    ``error.<state>``.
    """

    @property
    def __name__(self) -> str: ...

    def __call__(self, context: Context[M_contra], /) -> Awaitable[None]:
        """Run until done or cancelled."""
        ...


class State(msgspec.Struct, Generic[M], frozen=True):
    """A state and, inside it, its children.

    Attributes:
        name: the last part of the path.
        doc: one sentence on what the machine is doing here, for the auditors' report.
        activities: what runs while the state is active.
        children: sub-states, or regions when `parallel`.
        initial: which child is entered first; None for a leaf or a parallel state.
        parallel: all children are active at once.
        timeout: after how long ``timeout.<path>`` is posted.
        rests: why a leaf may last for ever without a time-out; empty where it may not.
    """

    name: str
    doc: str
    activities: tuple[Activity[M], ...] = ()
    children: tuple[State[M], ...] = ()
    initial: str | None = None
    parallel: bool = False
    timeout: Timeout | None = None
    rests: str = ""


class Transition(msgspec.Struct, frozen=True):
    """One row of the chart.

    Rows with the same event and source are tried in the order they are declared; the first whose
    guard holds is taken.

    Attributes:
        event: an event's name, or `error_in(...)`, or `timeout_of(...)`.
        source: the state that must be active.
        target: the state entered; None stays in place without exit or entry.
        guard: a condition, or None for always.
        unless: a condition that must not hold, or None.
        doc: why, in a few words, for the auditors' report.
    """

    event: str
    source: StatePath
    target: StatePath | None
    guard: Guard | None = None
    unless: Guard | None = None
    doc: str = ""


class Chart(msgspec.Struct, Generic[M], frozen=True):
    """A whole statechart: the one table that runs, is drawn, explored, journalled and replayed."""

    name: str
    states: tuple[State[M], ...]
    initial: str
    events: tuple[type[Event], ...]
    transitions: tuple[Transition, ...]

    def walk(self) -> Iterator[tuple[StatePath, State[M]]]:
        """Yield every state with its path, parents before children, in declared order."""

        def below(prefix: str, states: tuple[State[M], ...]) -> Iterator[tuple[str, State[M]]]:
            for state in states:
                path = f"{prefix}{state.name}"
                yield path, state
                yield from below(f"{path}.", state.children)

        return below("", self.states)
