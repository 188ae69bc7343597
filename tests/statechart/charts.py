"""A small robot cell: what the engine's tests run, with activities that do what a test says."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import ClassVar

import trio
from msgspec.structs import replace

from rvm_edge.statechart.definition import (
    Activity,
    Chart,
    Configuration,
    Context,
    Event,
    Guard,
    State,
    StatePath,
    Timeout,
    Transition,
    error_in,
    timeout_of,
)

OFF = "off"
WORK = "work"
SLOW = "work.belt.slow"
FAST = "work.belt.fast"
READY = "work.tool.ready"
BUSY = "work.tool.busy"
TAKE = "work.tool.busy.take"
PUT = "work.tool.busy.put"
BROKEN = "broken"


class Start(Event, frozen=True):
    name: ClassVar[str] = "start"


class Stop(Event, frozen=True):
    name: ClassVar[str] = "stop"


class Faster(Event, frozen=True):
    name: ClassVar[str] = "faster"


class Slower(Event, frozen=True):
    name: ClassVar[str] = "slower"


class Part(Event, frozen=True):
    grams: float

    name: ClassVar[str] = "part"


class Taken(Event, frozen=True):
    name: ClassVar[str] = "taken"


class Done(Event, frozen=True):
    ok: bool
    note: str = ""

    name: ClassVar[str] = "done"


class Ping(Event, frozen=True):
    """Heard without moving anything."""

    name: ClassVar[str] = "ping"


class Repaired(Event, frozen=True):
    name: ClassVar[str] = "repaired"


def _is_heavy(event: Event, _now: Configuration) -> bool:
    assert isinstance(event, Part)
    if event.grams < 0:
        raise ValueError("nothing weighs less than nothing")
    return event.grams > 100


def _is_ok(event: Event, _now: Configuration) -> bool:
    return isinstance(event, Done) and event.ok


IS_HEAVY = Guard("is_heavy", "the part is too heavy", _is_heavy)
IS_OK = Guard("is_ok", "the part lies where it should", _is_ok)
IS_FAST = Guard("is_fast", "the belt is fast", lambda _, now: FAST in now, configuration_only=True)

Script = Callable[[Context["Bench"]], Awaitable[None]]


@dataclass
class Bench:
    """The machine of the cell: what happened, and what each state's activity shall do."""

    log: list[str] = field(default_factory=list)
    scripts: dict[StatePath, Script] = field(default_factory=dict)


def activity_of(path: StatePath, suffix: str = "") -> Activity[Bench]:
    """Make an activity that follows the bench's script, or works until its state is left."""
    name = f"{path}{suffix}"

    async def work(context: Context[Bench]) -> None:
        bench = context.machine
        bench.log.append(f"+{name}")
        try:
            script = bench.scripts.get(name)
            if script is None:
                await trio.sleep_forever()
            else:
                await script(context)
        finally:
            bench.log.append(f"-{name}")

    work.__name__ = f"work_in_{name.replace('.', '_')}"
    return work


def leaf(path: StatePath, timeout_s: float | None = None) -> State[Bench]:
    """A leaf with an activity, that rests or times out."""
    return State(
        path.rpartition(".")[2],
        f"The cell is in {path}.",
        activities=(activity_of(path),),
        timeout=None if timeout_s is None else Timeout(timeout_s),
        rests="" if timeout_s else "as long as nobody wants anything",
    )


def engine_rows(source: StatePath, target: StatePath) -> tuple[Transition, ...]:
    return (
        Transition(error_in("cleanup"), source, target),
        Transition(error_in("guard"), source, target),
    )


CELL: Chart[Bench] = Chart(
    name="cell",
    states=(
        leaf(OFF),
        State(
            "work",
            "The cell works.",
            activities=(activity_of(WORK), activity_of(WORK, ".watch")),
            parallel=True,
            children=(
                State(
                    "belt",
                    "How fast the belt runs.",
                    children=(leaf(SLOW), leaf(FAST)),
                    initial="slow",
                ),
                State(
                    "tool",
                    "What the tool does.",
                    children=(
                        leaf(READY),
                        State(
                            "busy",
                            "The tool has a part.",
                            activities=(activity_of(BUSY),),
                            children=(leaf(TAKE, 10.0), leaf(PUT, 20.0)),
                            initial="take",
                        ),
                    ),
                    initial="ready",
                ),
            ),
        ),
        leaf(BROKEN),
    ),
    initial="off",
    events=(Start, Stop, Faster, Slower, Part, Taken, Done, Ping, Repaired),
    transitions=(
        Transition("start", OFF, WORK),
        Transition("stop", WORK, OFF),
        Transition("faster", SLOW, FAST),
        Transition("slower", FAST, SLOW),
        Transition("part", READY, BUSY, unless=IS_HEAVY),
        Transition("part", READY, READY, guard=IS_FAST),
        Transition("taken", TAKE, PUT),
        Transition("done", PUT, READY, guard=IS_OK),
        Transition("done", PUT, TAKE, doc="once more"),
        Transition("ping", FAST, None),
        Transition("repaired", BROKEN, OFF),
        Transition(timeout_of(TAKE), BUSY, READY),
        Transition(timeout_of(PUT), WORK, BROKEN),
        Transition(error_in(OFF), OFF, OFF),
        Transition(error_in(WORK), WORK, BROKEN),
        Transition(error_in(SLOW), SLOW, SLOW),
        Transition(error_in(FAST), FAST, SLOW),
        Transition(error_in(READY), READY, READY),
        Transition(error_in(BUSY), BUSY, READY),
        Transition(error_in(TAKE), TAKE, READY),
        Transition(error_in(PUT), WORK, BROKEN),
        Transition(error_in(BROKEN), BROKEN, BROKEN),
        *engine_rows(OFF, OFF),
        *engine_rows(WORK, BROKEN),
        *engine_rows(BROKEN, BROKEN),
    ),
)

EVERY_CONFIGURATION: tuple[Configuration, ...] = (
    (OFF,),
    (BROKEN,),
    *((belt, tool) for belt in (SLOW, FAST) for tool in (READY, TAKE, PUT)),
)


def with_rows(chart: Chart[Bench], *rows: Transition) -> Chart[Bench]:
    """The chart with more rows behind its own."""
    return replace(chart, transitions=(*chart.transitions, *rows))


def without_rows(chart: Chart[Bench], event: str, source: StatePath = "") -> Chart[Bench]:
    """The chart without the rows for `event`, or only those of `source`."""
    kept = tuple(
        row for row in chart.transitions if row.event != event or (source and row.source != source)
    )
    assert len(kept) < len(chart.transitions), "nothing was taken away"
    return replace(chart, transitions=kept)


def with_state(chart: Chart[Bench], path: StatePath, **changes: object) -> Chart[Bench]:
    """The chart with other attributes of one state."""

    def changed(prefix: str, states: tuple[State[Bench], ...]) -> tuple[State[Bench], ...]:
        return tuple(
            replace(
                state,
                children=changed(f"{prefix}{state.name}.", state.children),
                **(changes if f"{prefix}{state.name}" == path else {}),
            )
            for state in states
        )

    assert path in dict(chart.walk()), f"no state {path}"
    if "children" in changes:
        children = changes.pop("children")
        chart = with_state(chart, path, **changes)
        return _with_children(chart, path, children)
    return replace(chart, states=changed("", chart.states))


def _with_children(chart: Chart[Bench], path: StatePath, children: object) -> Chart[Bench]:
    def changed(prefix: str, states: tuple[State[Bench], ...]) -> tuple[State[Bench], ...]:
        result = []
        for state in states:
            here = f"{prefix}{state.name}"
            inner = changed(f"{here}.", state.children)
            if here == path:
                assert isinstance(children, tuple)
                inner = children
            result.append(replace(state, children=inner))
        return tuple(result)

    return replace(chart, states=changed("", chart.states))
