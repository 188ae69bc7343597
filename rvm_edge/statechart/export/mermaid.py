"""The chart as a Mermaid state diagram, for pages that draw their own pictures.

Syntax: https://mermaid.js.org/syntax/stateDiagram.html (``stateDiagram-v2``, Mermaid 11). An arrow
between siblings is written beside them and every other one at the top: Mermaid moves a state into
the last block that mentions it, unless that block is the top.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import TypeVar

from rvm_edge.statechart.definition import Chart, State, StatePath, Transition
from rvm_edge.statechart.export.arrows import (
    ALL_KINDS,
    Arrow,
    Kind,
    arrows,
    captions,
)
from rvm_edge.statechart.tree import parent

__all__ = ["mermaid"]

M = TypeVar("M")


def mermaid(chart: Chart[M], chart_hash: str, *, kinds: Collection[Kind] = ALL_KINDS) -> str:
    """Write the chart as a Mermaid state diagram, ending with a newline.

    Args:
        chart: what to draw.
        chart_hash: the chart's hash in hex; its head is part of the title.
        kinds: the rows to draw; `CALM` leaves out errors and time-outs.
    """
    drawn = arrows(chart, kinds)
    words = captions(chart)
    beside: dict[StatePath, list[str]] = {}
    for arrow in drawn:
        beside.setdefault(_place(arrow), []).append(_line(arrow, words))
    title = json.dumps(f"{chart.name} (chart {chart_hash[:16]})", ensure_ascii=False)
    lines = ["---", f"title: {title}", "---", "stateDiagram-v2"]
    lines += (f"  {line}" for line in _block("", chart.states, chart.initial, beside))
    return "\n".join(lines) + "\n"


def _block(
    around: StatePath,
    states: tuple[State[M], ...],
    initial: str | None,
    beside: Mapping[StatePath, list[str]],
) -> Iterator[str]:
    """Write what lies directly inside `around`: its states, and the arrows between them."""
    if initial is not None:
        yield f"[*] --> {_identifier(_join(around, initial))}"
    for place, state in enumerate(states):
        path = _join(around, state.name)
        # A parallel state has no initial child; its regions are set apart by two dashes.
        if initial is None and place > 0:
            yield "--"
        yield f"state {json.dumps(state.name)} as {_identifier(path)}"
        if state.children:
            yield f"state {_identifier(path)} {{"
            for line in _block(path, state.children, state.initial, beside):
                yield f"  {line}"
            yield "}"
    yield from beside.get(around, [])


def _place(arrow: Arrow) -> StatePath:
    """Say in which state's block an arrow is written."""
    around = parent(arrow.source)
    return around if arrow.target is None or parent(arrow.target) == around else ""


def _line(arrow: Arrow, words: Mapping[Transition, str]) -> str:
    target = arrow.source if arrow.target is None else arrow.target
    stays = " (stays)" if arrow.target is None else ""
    caption = "<br/>".join(_plain(words[row]) + stays for row in arrow.rows)
    return f"{_identifier(arrow.source)} --> {_identifier(target)} : {caption}"


def _join(around: StatePath, name: str) -> StatePath:
    return f"{around}.{name}" if around else name


def _identifier(path: StatePath) -> str:
    """Name a state for Mermaid, which has no dots in identifiers."""
    return path.replace(".", "__")


def _plain(text: str) -> str:
    """Write the two characters that end a Mermaid label as its entities."""
    return re.sub("[:;]", lambda found: f"#{ord(found[0])};", text)
