"""The chart as Graphviz source, made to be hung on a wall.

Leaves are boxes, compound states are frames, regions of a parallel state are dashed frames. All
rows of one kind between two states are one arrow. Rows that lead nowhere else, and the errors,
which nearly all lead to the same place, are written inside the box they belong to: as arrows they
would bury the others.

The attributes are those of https://graphviz.org/doc/info/attrs.html, the labels those of
https://graphviz.org/doc/info/shapes.html#html.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from html import escape
from typing import Generic, TypeVar

import msgspec

from rvm_edge.statechart.definition import Chart, State, StatePath, Transition
from rvm_edge.statechart.export.arrows import (
    ALL_KINDS,
    Arrow,
    Kind,
    arrows,
    captions,
    kind_of,
)
from rvm_edge.statechart.tree import holds

__all__ = ["PLAIN", "Paint", "dot"]

M = TypeVar("M")

FONT = "Helvetica,Arial,sans-serif"
INK, MUTED, PAPER = "#1f2937", "#6b7280", "#ffffff"
FRAMES = ("#f4f6fa", "#e9eef6", "#dde5f1")
COLOURS = {Kind.EVENT: INK, Kind.TIMEOUT: "#b45309", Kind.ERROR: "#b0737b"}
GAP = "&#160;"
"""A space that no SVG viewer swallows: it keeps captions off their lines."""
LEFT, CENTRED = '<br align="left"/>', "<br/>"
ACTIVE, ACTIVE_LINE = "#fde68a", "#d97706"
FIRED, PARTLY, UNFIRED = "#15803d", "#b45309", "#dc2626"


class Paint(msgspec.Struct, frozen=True):
    """What to paint over the plain picture.

    Attributes:
        active: leaves to light up, with everything around them.
        fired: how often each row fired, to be painted as covered or not; a row that is missing
            here never did. None paints no coverage.
    """

    active: Collection[StatePath] = ()
    fired: Mapping[Transition, int] | None = None


PLAIN = Paint()


def dot(
    chart: Chart[M],
    chart_hash: str,
    *,
    kinds: Collection[Kind] = ALL_KINDS,
    paint: Paint = PLAIN,
) -> str:
    """Write the chart as Graphviz source.

    Args:
        chart: what to draw.
        chart_hash: the chart's hash in hex; its head is part of the title.
        kinds: the rows to draw; `CALM` leaves out errors and time-outs.
        paint: highlights.
    """
    return "\n".join(_Drawing(chart, chart_hash, kinds, paint).lines()) + "\n"


class _Drawing(Generic[M]):
    """One picture in the making."""

    def __init__(
        self, chart: Chart[M], chart_hash: str, kinds: Collection[Kind], paint: Paint
    ) -> None:
        self._chart = chart
        self._hash = chart_hash
        self._kinds = kinds
        self._paint = paint
        self._captions = captions(chart)
        self._arrows = arrows(chart, kinds)
        self._forward = {(arrow.source, arrow.target) for arrow in self._arrows}
        self._states = dict(chart.walk())
        self._order = {path: place for place, path in enumerate(self._states)}

    def lines(self) -> Iterator[str]:
        yield f"digraph {_quote(self._chart.name)} {{"
        yield f'  graph [compound=true, newrank=true, rankdir=TB, fontname="{FONT}", fontsize=13,'
        yield '    nodesep=0.4, ranksep=0.32, pad=0.3, labelloc=t, labeljust=l, bgcolor="#ffffff",'
        yield f"    label=<{self._title()}>];"
        yield f'  node [shape=box, style="rounded,filled", fillcolor="{PAPER}", color="{INK}",'
        yield f'    fontname="{FONT}", fontsize=12, fontcolor="{INK}", margin="0.12,0.07"];'
        yield f'  edge [fontname="{FONT}", fontsize=10, color="{INK}", fontcolor="{INK}",'
        yield "    arrowsize=0.7];"
        yield from self._level("", self._chart.states, self._chart.initial, 0)
        for arrow in self._arrows:
            if not self._is_note(arrow):
                yield f"  {self._edge(arrow)}"
        yield "}"

    def _level(
        self, around: StatePath, states: tuple[State[M], ...], initial: str | None, depth: int
    ) -> Iterator[str]:
        pad = "  " * (depth + 1)
        for state in states:
            path = f"{around}.{state.name}" if around else state.name
            if state.children:
                yield from self._frame(path, state, depth)
            else:
                yield f"{pad}{_quote(path)} [{self._box(path, state)}];"
        if initial is not None:
            yield from self._start(around, initial, pad)

    def _start(self, around: StatePath, initial: str, pad: str) -> Iterator[str]:
        """The black dot and its arrow; it is also where arrows into the frame are aimed."""
        start = _quote(f"{around}/in")
        path = f"{around}.{initial}" if around else initial
        yield f'{pad}{start} [shape=circle, style=filled, fillcolor="{INK}", label="", width=0.12];'
        yield f"{pad}{start} -> {_quote(self._top(path))} [weight=4{self._clip('lhead', path)}];"

    def _top(self, path: StatePath) -> str:
        """The node that arrows from above are aimed at."""
        return f"{path}/in" if self._states[path].children else path

    def _bottom(self, path: StatePath) -> str:
        """The node that arrows from and to what is below are tied to."""
        return f"{path}/out" if self._states[path].children else path

    def _clip(self, end: str, path: StatePath) -> str:
        """Let an arrow end at the frame of a compound state, not inside it."""
        return f", {end}={_quote(f'cluster_{path}')}" if self._states[path].children else ""

    def _frame(self, path: StatePath, state: State[M], depth: int) -> Iterator[str]:
        pad = "  " * (depth + 1)
        is_region = any(p == path.rpartition(".")[0] and s.parallel for p, s in self._chart.walk())
        style = "rounded,filled,dashed" if is_region else "rounded,filled"
        line = f'"{ACTIVE_LINE}"; penwidth=2.5' if self._is_active(path) else f'"{MUTED}"'
        fill = FRAMES[min(depth, len(FRAMES) - 1)]
        yield f"{pad}subgraph {_quote(f'cluster_{path}')} {{"
        yield f"{pad}  label=<{self._words(path, state, LEFT)}>; margin=14;"
        yield f'{pad}  style="{style}"; fillcolor="{fill}"; color={line};'
        yield from self._level(path, state.children, state.initial, depth + 1)
        point = '[shape=point, style=invis, width=0.01, height=0.01, label=""]'
        if state.parallel:
            yield f"{pad}  {_quote(f'{path}/in')} {point};"
        yield f"{pad}  {_quote(f'{path}/out')} {point};"
        for child in state.children:
            below = f"{path}.{child.name}"
            if state.parallel:
                yield f"{pad}  {_quote(f'{path}/in')} -> {_quote(self._top(below))} [style=invis];"
            yield f"{pad}  {_quote(self._bottom(below))} -> {_quote(f'{path}/out')} [style=invis];"
        yield f"{pad}}}"

    def _box(self, path: StatePath, state: State[M]) -> str:
        fill = f', fillcolor="{ACTIVE}"' if self._is_active(path) else ""
        return f"label=<{self._words(path, state, CENTRED)}>{fill}"

    def _is_active(self, path: StatePath) -> bool:
        return any(holds(path, leaf) for leaf in self._paint.active)

    def _words(self, path: StatePath, state: State[M], newline: str) -> str:
        """The state's name, its activities, and the rows that are written rather than drawn."""
        lines = [f'<font point-size="13"><b>{escape(state.name)}</b></font>']
        lines += [
            f'<font point-size="9" color="{MUTED}">{escape(activity.__name__)}</font>'
            for activity in state.activities
        ]
        lines += [
            self._note(arrow)
            for arrow in self._arrows
            if arrow.source == path and self._is_note(arrow)
        ]
        return newline.join([*lines, ""] if newline == LEFT else lines)

    def _note(self, arrow: Arrow) -> str:
        """Write an arrow's rows in one line."""
        if arrow.target is None:
            end = ": stays"
        elif arrow.target == arrow.source:
            end = ": again"
        else:
            end = f" → {arrow.target.rpartition('.')[2]}"
        texts = [self._caption(row) for row in arrow.rows]
        texts[-1] += escape(end)
        return ", ".join(
            f'<font point-size="9" color="{self._colour(row)}">{text}</font>'
            for row, text in zip(arrow.rows, texts, strict=True)
        )

    @staticmethod
    def _is_note(arrow: Arrow) -> bool:
        if arrow.target is None or arrow.kind is Kind.ERROR:
            return True
        return holds(arrow.source, arrow.target) or holds(arrow.target, arrow.source)

    def _colour(self, row: Transition) -> str:
        if self._paint.fired is None:
            return COLOURS[kind_of(row.event)]
        return FIRED if self._paint.fired.get(row) else UNFIRED

    def _caption(self, row: Transition) -> str:
        """Write what fires a row, and how often it did."""
        count = self._paint.fired.get(row) if self._paint.fired is not None else None
        return escape(self._captions[row]) + (f"{GAP}×{count}" if count else "")

    def _edge(self, arrow: Arrow) -> str:
        assert arrow.target is not None
        attributes = []
        upper, lower = arrow.source, arrow.target
        tail = self._bottom(upper)
        if self._order[upper] > self._order[lower]:
            upper, lower = lower, upper
            tail = self._bottom(upper)
            attributes.append("dir=back")
            if (upper, lower) not in self._forward and self._is_frame(upper, lower):
                attributes.append("constraint=false")
                tail = self._top(upper)
        colours = [self._colour(row) for row in arrow.rows]
        line = PARTLY if {FIRED, UNFIRED} <= set(colours) else colours[0]
        captions = "".join(
            f'<font color="{colour}">{GAP}{self._caption(row)}</font><br align="left"/>'
            for row, colour in zip(arrow.rows, colours, strict=True)
        )
        attributes.append(f'color="{line}"')
        if arrow.kind is not Kind.EVENT:
            attributes.append("style=dashed")
        attributes.append(f"label=<{captions}>")
        clips = self._clip("ltail", upper) + self._clip("lhead", lower)
        ends = f"{_quote(tail)} -> {_quote(self._top(lower))}"
        return f"{ends} [{', '.join(attributes)}{clips}];"

    def _is_frame(self, *paths: StatePath) -> bool:
        return any(self._states[path].children for path in paths)

    def _title(self) -> str:
        """The chart's name and hash, and how to read the picture."""
        legend = [(INK, "━━ event"), (MUTED, "small grey: what runs in the state")]
        if Kind.TIMEOUT in self._kinds:
            legend.append((COLOURS[Kind.TIMEOUT], "╍╍ time-out"))
        if Kind.ERROR in self._kinds:
            legend.append((COLOURS[Kind.ERROR], "error → where an exception there leads"))
        if self._paint.fired is not None:
            legend = [
                (FIRED, "━━ fired, and how often"),
                (PARTLY, "━━ some fired"),
                (UNFIRED, "━━ never fired"),
            ]
        if self._paint.active:
            legend.append((INK, "yellow: active"))
        key = (GAP * 5).join(
            f'<font color="{colour}">{escape(text)}</font>' for colour, text in legend
        )
        return (
            f'<font point-size="20"><b>{escape(self._chart.name)}</b></font>'
            f'<font point-size="10" color="{MUTED}">{GAP * 3}chart {escape(self._hash[:16])}</font>'
            f"{LEFT}"
            f'<font point-size="10">{key}</font>{LEFT}'
        )


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
