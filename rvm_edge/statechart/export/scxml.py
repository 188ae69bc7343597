"""The chart as W3C SCXML, for tools that other people trust.

Vocabulary: https://www.w3.org/TR/scxml/. Time-outs are delayed ``<send>`` elements, cancelled on
exit, so the document says how long a state may last in SCXML's own words. Activities have no
counterpart there and are comments in ``<onentry>``. Guards are named Booleans of the data model;
whoever runs the document sets them.

SCXML matches events by whole words from the left (3.12.1), this engine by the whole name: `error.a`
there would also catch `error.a.b`. So a row whose event begins another one's asks for its name too.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, TypeVar
from xml.etree import ElementTree as ET

from rvm_edge.statechart.definition import Chart, Guard, State, StatePath, Transition, timeout_of
from rvm_edge.statechart.document import declared_titles, guards_of

__all__ = ["NAMESPACE", "scxml"]

M = TypeVar("M")

NAMESPACE = "http://www.w3.org/2005/07/scxml"


def scxml(chart: Chart[M], chart_hash: str) -> str:
    """Write the chart as an SCXML document, ending with a newline."""
    root = ET.Element(
        "scxml",
        {
            "xmlns": NAMESPACE,
            "version": "1.0",
            "name": chart.name,
            "initial": chart.initial,
            "datamodel": "ecmascript",
        },
    )
    root.append(_comment(f"chart {chart_hash}"))
    guards = guards_of(chart)
    if guards:
        model = ET.SubElement(root, "datamodel")
        for guard in guards:
            model.append(_comment(guard.doc))
            ET.SubElement(model, "data", {"id": _variable(guard), "expr": "false"})
    beginnings = _beginnings(declared_titles(chart))
    for state in chart.states:
        _state(root, chart, state.name, state, beginnings)
    ET.indent(root)
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{ET.tostring(root, encoding='unicode')}\n"


def _beginnings(titles: Collection[str]) -> frozenset[str]:
    """Return every run of whole words that some event begins with and does not end with."""
    return frozenset(
        title[:place] for title in titles for place, sign in enumerate(title) if sign == "."
    )


def _state(
    around: ET.Element,
    chart: Chart[M],
    path: StatePath,
    state: State[M],
    beginnings: frozenset[str],
) -> None:
    attributes = {"id": path}
    if state.initial is not None:
        attributes["initial"] = f"{path}.{state.initial}"
    element = ET.SubElement(around, "parallel" if state.parallel else "state", attributes)
    if state.doc:
        element.append(_comment(state.doc))
    if state.activities or state.timeout is not None:
        entry = ET.SubElement(element, "onentry")
        for activity in state.activities:
            entry.append(_comment(f"starts {activity.__name__}"))
    if state.timeout is not None:
        event = timeout_of(path)
        delay = f"{state.timeout.seconds:.10g}s"
        ET.SubElement(entry, "send", {"id": event, "event": event, "delay": delay})
        ET.SubElement(ET.SubElement(element, "onexit"), "cancel", {"sendid": event})
    for row in chart.transitions:
        if row.source == path:
            _transition(element, row, exactly=row.event in beginnings)
    for child in state.children:
        _state(element, chart, f"{path}.{child.name}", child, beginnings)


def _transition(element: ET.Element, row: Transition, *, exactly: bool) -> None:
    if row.doc:
        element.append(_comment(row.doc))
    attributes = {"event": row.event}
    conditions = [f"_event.name == '{row.event}'"] if exactly else []
    if row.guard is not None:
        conditions.append(_variable(row.guard))
    if row.unless is not None:
        conditions.append(f"!{_variable(row.unless)}")
    if conditions:
        attributes["cond"] = " && ".join(conditions)
    if row.target is not None:
        attributes["target"] = row.target
    ET.SubElement(element, "transition", attributes)


def _variable(guard: Guard) -> str:
    """Name a guard so that ECMAScript reads it as one variable."""
    return re.sub(r"\W+", "_", guard.name).strip("_")


def _comment(text: str) -> ET.Element[Any]:
    # Two dashes would end the comment early.
    return ET.Comment(f" {text.replace('--', '- -')} ")
