"""A chart as plain data, and the hash by which the journal knows it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import TypeVar, cast

import msgspec

from rvm_edge.statechart.definition import (
    Chart,
    Event,
    Guard,
    State,
    StatePath,
    Transition,
    error_in,
    timeout_of,
)

__all__ = [
    "ENGINE_ERRORS",
    "Json",
    "canonical",
    "chart_document",
    "chart_hash",
    "declared_titles",
    "guards_of",
    "label",
]

M = TypeVar("M")

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None

ENGINE_ERRORS = ("cleanup", "guard")
"""What `StateError.state` says when it was no activity: a clean-up failed, or a guard raised."""

_PROSE = frozenset({"doc", "rests"})


def declared_titles(chart: Chart[M]) -> frozenset[str]:
    """Return the title of every event that may occur: the chart's own and the engine's."""
    titles = {event.name for event in chart.events}
    titles.update(error_in(engine) for engine in ENGINE_ERRORS)
    for path, state in chart.walk():
        if state.activities:
            titles.add(error_in(path))
        if state.timeout is not None:
            titles.add(timeout_of(path))
    return frozenset(titles)


def guards_of(chart: Chart[M]) -> tuple[Guard, ...]:
    """Return the guards that the rows name, each once, in the order of the rows."""
    found: dict[str, Guard] = {}
    for row in chart.transitions:
        for guard in (row.guard, row.unless):
            if guard is not None:
                found.setdefault(guard.name, guard)
    return tuple(found.values())


def label(row: Transition) -> str:
    """Write a row without its event: ``a -> b [guard]``; ``a stays`` for an internal one.

    With the event's title it names the row: the journal's `taken` is made of these.
    """
    words = f"{row.source} stays" if row.target is None else f"{row.source} -> {row.target}"
    if row.guard is not None:
        words += f" [{row.guard.name}]"
    if row.unless is not None:
        words += f" [not {row.unless.name}]"
    return words


def canonical(document: Json) -> str:
    """Write JSON in its one canonical form: sorted keys, no spaces, ASCII only.

    Raises:
        ValueError: a number is not finite.
    """
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def chart_document(chart: Chart[M]) -> dict[str, Json]:
    """Return the whole chart as plain data: equal charts give equal documents.

    States and rows keep their declared order, which means something; events and guards are sorted.
    """
    return {
        "name": chart.name,
        "initial": chart.initial,
        "states": [_state(path, state) for path, state in chart.walk()],
        "events": [_event(kind) for kind in sorted(chart.events, key=lambda kind: kind.name)],
        "guards": [
            {
                "name": guard.name,
                "doc": guard.doc,
                "configuration_only": guard.configuration_only,
            }
            for guard in sorted(guards_of(chart), key=lambda guard: guard.name)
        ],
        "transitions": [_row(row) for row in chart.transitions],
    }


def chart_hash(chart: Chart[M]) -> str:
    """Return the SHA-256, in hex, of the chart's canonical JSON without its prose.

    Prose (`doc` and `rests`) is left out: a corrected sentence changes nothing that the machine
    does, and must not make yesterday's journal rows those of a foreign chart. Default time-outs,
    activities' names and events' fields are in it. What a guard's code asks is known by its name
    alone; the replay of the journal is what notices a change there.
    """
    bare = _without_prose(cast("Json", chart_document(chart)))
    return hashlib.sha256(canonical(bare).encode("ascii")).hexdigest()


def _state(path: StatePath, state: State[M]) -> dict[str, Json]:
    return {
        "path": path,
        "doc": state.doc,
        "activities": [activity.__name__ for activity in state.activities],
        "children": [child.name for child in state.children],
        "initial": state.initial,
        "parallel": state.parallel,
        "timeout_s": None if state.timeout is None else state.timeout.seconds,
        "rests": state.rests,
    }


def _event(kind: type[Event]) -> dict[str, Json]:
    first_line = (kind.__doc__ or "").strip().partition("\n")[0]
    columns: dict[str, Json] = {
        field.name: _type_name(field.type) for field in msgspec.structs.fields(kind)
    }
    return {"name": kind.name, "doc": first_line, "fields": columns}


def _type_name(annotation: object) -> str:
    """Write a field's type the same way, whether annotations are evaluated or kept as text."""
    return annotation.__name__ if isinstance(annotation, type) else str(annotation)


def _row(row: Transition) -> dict[str, Json]:
    return {
        "event": row.event,
        "source": row.source,
        "target": row.target,
        "guard": None if row.guard is None else row.guard.name,
        "unless": None if row.unless is None else row.unless.name,
        "doc": row.doc,
    }


def _without_prose(document: Json) -> Json:
    if isinstance(document, dict):
        return dict(_kept(document))
    if isinstance(document, list):
        return [_without_prose(part) for part in document]
    return document


def _kept(document: dict[str, Json]) -> Iterator[tuple[str, Json]]:
    for key, value in document.items():
        if key == "fields":
            yield key, value
        elif key not in _PROSE:
            yield key, _without_prose(value)
