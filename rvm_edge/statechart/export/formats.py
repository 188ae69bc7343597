"""Every notation by its name."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.document import chart_hash
from rvm_edge.statechart.explore import explore
from rvm_edge.statechart.export.document import as_json
from rvm_edge.statechart.export.dot import PLAIN, Paint, dot
from rvm_edge.statechart.export.mermaid import mermaid
from rvm_edge.statechart.export.picture import PictureFormat, render
from rvm_edge.statechart.export.scxml import scxml
from rvm_edge.statechart.report import report

__all__ = ["DRAWINGS", "Format", "export"]

M = TypeVar("M")


class Format(Enum):
    """What a chart can be written as."""

    MERMAID = "mermaid"
    DOT = "dot"
    SVG = "svg"
    PNG = "png"
    JSON = "json"
    SCXML = "scxml"
    REPORT = "report"


DRAWINGS = frozenset({Format.DOT, Format.SVG, Format.PNG})
"""What can be painted."""


def export(decider: Decider[M], form: Format, paint: Paint = PLAIN) -> bytes:
    """Write a chart in one notation.

    Args:
        decider: the chart's.
        form: which notation.
        paint: highlights, for `DRAWINGS`; the others have none.

    Raises:
        PictureError: an SVG or PNG picture could not be drawn.
    """
    chart = decider.chart
    digest = chart_hash(chart)
    if form is Format.SVG:
        return render(dot(chart, digest, paint=paint), PictureFormat.SVG)
    if form is Format.PNG:
        return render(dot(chart, digest, paint=paint), PictureFormat.PNG)
    if form is Format.MERMAID:
        text = mermaid(chart, digest)
    elif form is Format.DOT:
        text = dot(chart, digest, paint=paint)
    elif form is Format.JSON:
        text = as_json(chart)
    elif form is Format.SCXML:
        text = scxml(chart, digest)
    else:
        text = report(chart, digest, explore(decider))
    return text.encode()
