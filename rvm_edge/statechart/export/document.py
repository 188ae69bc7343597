"""The chart as JSON: the document that its hash is the hash of, and that hash."""

from __future__ import annotations

import json
from typing import TypeVar

from rvm_edge.statechart.definition import Chart
from rvm_edge.statechart.document import Json, chart_document, chart_hash

__all__ = ["as_json", "with_hash"]

M = TypeVar("M")


def as_json(chart: Chart[M]) -> str:
    """Write ``{"chart": …, "hash": …}``, indented, with sorted keys, ending with a newline."""
    whole = with_hash(chart)
    return json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def with_hash(chart: Chart[M]) -> dict[str, Json]:
    """Return the chart as plain data, and its hash beside it."""
    return {"chart": chart_document(chart), "hash": chart_hash(chart)}
