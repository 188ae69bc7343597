"""Builds the decider of a chart, or says everything that is wrong with it."""

from __future__ import annotations

from typing import TypeVar

from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.definition import Chart
from rvm_edge.statechart.errors import ChartError
from rvm_edge.statechart.lint import findings

__all__ = ["build"]

M = TypeVar("M")


def build(chart: Chart[M]) -> Decider[M]:
    """Build the decider of `chart`.

    Raises:
        ChartError: the linter found faults; the error names every offending state and row.
    """
    found = findings(chart)
    if found:
        raise ChartError(found)
    return Decider(chart)
