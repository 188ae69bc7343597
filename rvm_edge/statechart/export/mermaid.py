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

from rvm_edge.statechart.definition import Chart, State, StatePath
from rvm_edge.statechart.export.arrows import (
    ALL_KINDS,
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
    title = json.dumps(f"{chart.name} (chart {chart_hash[:16]})", ensure_ascii=False)
    lines = ["---", f"title: {title}", "---", "stateDiagram-v2"]
    lines += (
        f"  {line}" for line in _block("", chart.states, chart.initial, _beside(chart, kinds))
    )
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


def _beside(chart: Chart[M], kinds: Collection[Kind]) -> Mapping[StatePath, list[str]]:
    """Write every arrow, by the state in whose block it stands.

    Mermaid cannot dash or dim an arrow, so all kinds between two states share one.
    """
    words = captions(chart)
    shared: dict[tuple[StatePath, StatePath], list[str]] = {}
    for arrow in arrows(chart, kinds):
        target = arrow.source if arrow.target is None else arrow.target
        stays = " (stays)" if arrow.target is None else ""
        texts = [_plain(words[row]) + stays for row in arrow.rows]
        shared.setdefault((arrow.source, target), []).extend(texts)
    lines: dict[StatePath, list[str]] = {}
    for (source, target), texts in shared.items():
        around = parent(source) if parent(source) == parent(target) else ""
        ends = f"{_identifier(source)} --> {_identifier(target)}"
        lines.setdefault(around, []).append(f"{ends} : {'<br/>'.join(texts)}")
    return lines


def _join(around: StatePath, name: str) -> StatePath:
    return f"{around}.{name}" if around else name


def _identifier(path: StatePath) -> str:
    """Name a state for Mermaid, which has no dots in identifiers."""
    return path.replace(".", "__")


def _plain(text: str) -> str:
    """Write the two characters that end a Mermaid label as its entities."""
    return re.sub("[:;]", lambda found: f"#{ord(found[0])};", text)
