"""Names: of states, events and guards, and the initials that refer to them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from types import UnionType
from typing import TypeVar, Union, get_args, get_origin

import msgspec

from rvm_edge.statechart.definition import (
    Chart,
    Event,
    Guard,
    Scalar,
    State,
    StatePath,
    error_in,
    timeout_of,
)
from rvm_edge.statechart.document import ENGINE_ERRORS
from rvm_edge.statechart.lint.finding import Finding, Kind, row_place, state_place
from rvm_edge.statechart.tree import Tree

__all__ = ["name_findings"]

M = TypeVar("M")

_STATE_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
_EVENT_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*\Z")
_ENGINE_PREFIXES = (error_in(""), timeout_of(""))
_ENGINE_EVENTS = frozenset({"started", "stopped"})
"""Events that the journal writes on its own account."""
_SCALARS = frozenset(get_args(Scalar))


def name_findings(chart: Chart[M], tree: Tree[M]) -> Iterator[Finding]:
    """Yield what is wrong with the names in a chart."""
    yield from _duplicate_states(chart)
    if chart.initial not in {state.name for state in chart.states}:
        yield _unknown_initial("chart", chart.initial)
    for path, state in tree.states.items():
        yield from _state(path, state)
    yield from _events(chart)
    yield from _guards(chart)


def _duplicate_states(chart: Chart[M]) -> Iterator[Finding]:
    counted = Counter(path for path, _ in chart.walk())
    for path, count in counted.items():
        if count > 1:
            yield Finding(
                Kind.DUPLICATE_STATE,
                state_place(path),
                f"{count} states have this path",
                "give each its own name",
            )


def _state(path: StatePath, state: State[M]) -> Iterator[Finding]:
    if not _STATE_NAME.match(state.name):
        yield Finding(
            Kind.BAD_NAME,
            state_place(path),
            f"{state.name!r} is no state's name",
            "use small letters, digits and underscores, a letter first",
        )
    if path in ENGINE_ERRORS:
        yield Finding(
            Kind.RESERVED_NAME,
            state_place(path),
            f"{error_in(path)} is the engine's own event",
            "give the state another name",
        )
    if state.parallel:
        yield from _parallel(path, state)
    elif not state.children:
        if state.initial is not None:
            yield _unknown_initial(state_place(path), state.initial)
    elif state.initial not in {child.name for child in state.children}:
        yield _unknown_initial(state_place(path), state.initial)


def _parallel(path: StatePath, state: State[M]) -> Iterator[Finding]:
    if len(state.children) < 2:  # noqa: PLR2004 - one thing is not side by side with anything
        yield Finding(
            Kind.BAD_PARALLEL,
            state_place(path),
            f"is parallel and has {len(state.children)} region(s)",
            "give it at least two, or let it not be parallel",
        )
    if state.initial is not None:
        yield Finding(
            Kind.BAD_PARALLEL,
            state_place(path),
            f"is parallel and has an initial ({state.initial})",
            "leave it out: all regions are entered",
        )


def _unknown_initial(where: str, initial: str | None) -> Finding:
    return Finding(
        Kind.UNKNOWN_INITIAL,
        where,
        f"initial {initial!r} is none of its states",
        "name one of them, or none for a leaf",
    )


def _events(chart: Chart[M]) -> Iterator[Finding]:
    counted = Counter(event.name for event in chart.events)
    for name, count in counted.items():
        where = f"event {name!r}"
        if count > 1:
            yield Finding(
                Kind.DUPLICATE_EVENT, where, f"declared {count} times", "declare each event once"
            )
        if not _EVENT_NAME.match(name):
            yield Finding(
                Kind.BAD_NAME,
                where,
                "is no event's name",
                "use words of small letters, digits and underscores, joined by dots",
            )
        if name.startswith(_ENGINE_PREFIXES) or name in _ENGINE_EVENTS:
            yield Finding(
                Kind.RESERVED_NAME, where, "is the engine's own event", "give it another name"
            )
    for event in chart.events:
        yield from _fields(event)


def _fields(event: type[Event]) -> Iterator[Finding]:
    for field in msgspec.structs.fields(event):
        hint = field.type
        kinds = set(get_args(hint)) if get_origin(hint) in (Union, UnionType) else {hint}
        if not kinds <= _SCALARS:
            yield Finding(
                Kind.UNWRITABLE_EVENT,
                f"event {event.name!r}",
                f"its field {field.name} is no scalar",
                "use str, int, float, bool or None: it has to come back from the journal equal",
            )


def _guards(chart: Chart[M]) -> Iterator[Finding]:
    known: dict[str, Guard] = {}
    for row in chart.transitions:
        for guard in (row.guard, row.unless):
            if guard is not None and known.setdefault(guard.name, guard) != guard:
                yield Finding(
                    Kind.AMBIGUOUS_GUARD,
                    row_place(row),
                    f"another guard is called {guard.name} too",
                    "give one of them another name",
                )
