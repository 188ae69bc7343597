"""Parallel states: the four ways in which `transitions` 0.9.3 tears them apart in silence.

1. From outside into a region, only that region is entered; the others are missing.
2. From one region into another likewise.
3. Where a parallel state and something inside it handle one event, the inner row alone fires, even
   if it is in another region: the machine does not leave the state.
4. Where a row leaves from inside a region, and anything else handles its event, both fire: one
   region is gone, and what was entered is left again without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from rvm_edge.statechart.definition import StatePath, Transition
from rvm_edge.statechart.lint.finding import Finding, Kind, row_place
from rvm_edge.statechart.tree import Tree, holds, is_inside

__all__ = ["parallel_findings"]

M = TypeVar("M")


def parallel_findings(tree: Tree[M], rows: tuple[Transition, ...]) -> Iterator[Finding]:
    """Yield the rows that would tear a parallel state apart, or never fire because of one."""
    for row in rows:
        if row.target is not None:
            yield from _into(tree, row, row.target)
            yield from _leaving(tree, row, row.target, rows)
        yield from _beaten(tree, row, rows)


def _region(outer: StatePath, path: StatePath) -> StatePath:
    """Return the region of the parallel state `outer` in which `path` lies."""
    return ".".join(path.split(".")[: outer.count(".") + 2])


def _into(tree: Tree[M], row: Transition, target: StatePath) -> Iterator[Finding]:
    """Holes 1 and 2."""
    for outer in tree.parallels_around(target):
        if row.source == outer:
            continue
        if not is_inside(row.source, outer):
            yield Finding(
                Kind.INTO_REGION,
                row_place(row),
                f"enters one region of {outer} from outside, and the others not at all",
                f"enter {outer} itself, and let its regions begin with their initial states",
            )
        elif _region(outer, row.source) != _region(outer, target):
            yield Finding(
                Kind.ACROSS_REGIONS,
                row_place(row),
                f"leads from one region of {outer} into another",
                f"let each region change by itself, or declare the row on {outer}",
            )


def _beaten(tree: Tree[M], row: Transition, rows: tuple[Transition, ...]) -> Iterator[Finding]:
    """Hole 3."""
    rivals = dict.fromkeys(
        rival.source
        for rival in rows
        if rival.event == row.event
        for outer in tree.parallels_around(rival.source)
        if holds(row.source, outer)
    )
    if rivals:
        yield Finding(
            Kind.BEATEN_ROW,
            row_place(row),
            f"does not fire while {', '.join(rivals)} handles the same event inside a region",
            "give one of them another event",
        )


def _leaving(
    tree: Tree[M], row: Transition, target: StatePath, rows: tuple[Transition, ...]
) -> Iterator[Finding]:
    """Hole 4."""
    for outer in tree.parallels_around(row.source):
        if is_inside(target, outer):
            continue
        rivals = dict.fromkeys(
            rival.source
            for rival in rows
            if rival.event == row.event
            and rival.source != row.source
            and (is_inside(rival.source, outer) or holds(rival.source, outer))
        )
        if rivals:
            yield Finding(
                Kind.TORN_PARALLEL,
                row_place(row),
                f"leaves {outer} from inside a region, and {', '.join(rivals)} handles the event "
                "too",
                f"declare it on {outer}, and nowhere inside",
            )
