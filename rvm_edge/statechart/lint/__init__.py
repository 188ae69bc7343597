"""Says everything that is wrong with a chart, before anything runs.

`transitions` validates next to nothing when it is built, and its parallel states fail silently in
four ways. So each rule here is a fault that would otherwise show up on a machine, at night.
"""

from __future__ import annotations

from typing import TypeVar

from rvm_edge.statechart.definition import Chart
from rvm_edge.statechart.lint.finding import Finding, Kind
from rvm_edge.statechart.lint.names import name_findings
from rvm_edge.statechart.lint.parallel import parallel_findings
from rvm_edge.statechart.lint.reach import reach_findings
from rvm_edge.statechart.lint.rows import row_findings, sound_rows
from rvm_edge.statechart.lint.waiting import waiting_findings
from rvm_edge.statechart.tree import Tree

__all__ = ["Finding", "Kind", "findings"]

M = TypeVar("M")


def findings(chart: Chart[M]) -> tuple[Finding, ...]:
    """Return all faults of `chart`; none if it can be built.

    Rows that name unknown states are reported as such, and left out of what is said of the rest.
    """
    tree = Tree.of(chart)
    rows = sound_rows(chart, tree)
    return (
        *name_findings(chart, tree),
        *row_findings(chart, tree),
        *reach_findings(chart, tree, rows),
        *waiting_findings(chart, tree, rows),
        *parallel_findings(tree, rows),
    )
