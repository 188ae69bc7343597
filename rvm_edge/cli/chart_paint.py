"""What `rvm-edge chart export` paints over the chart: where a machine is, and where it has been."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import click

from rvm_edge.cli.options import CommandError
from rvm_edge.machine import Machine
from rvm_edge.statechart.coverage import coverage
from rvm_edge.statechart.definition import Chart, StatePath, Transition
from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.export.dot import Paint
from rvm_edge.statechart.journal import read
from rvm_edge.statechart.tree import Tree

__all__ = ["paint_of"]

_BETWEEN_STATES = re.compile(r"[\s+|,]+")
"""As journals, tables and people put states side by side."""


def paint_of(chart: Chart[Machine], highlight: str | None, journal: Path | None) -> Paint:
    """Return what is to be painted; says on standard error what a journal covers.

    Args:
        chart: what is painted.
        highlight: states to light up, as a journal writes them, or None.
        journal: whose transitions to count, or None.

    Raises:
        CommandError: there are no such states, or the journal cannot be read.
    """
    return Paint(
        active=() if highlight is None else _states(chart, highlight),
        fired=None if journal is None else _fired(chart, journal),
    )


def _states(chart: Chart[Machine], words: str) -> tuple[StatePath, ...]:
    """Read states that can all be active at once; the end of a path will do if only one has it."""
    tree = Tree.of(chart)
    found = []
    for word in filter(None, _BETWEEN_STATES.split(words)):
        meant = [path for path in tree.states if path == word or path.endswith(f".{word}")]
        if word in meant:
            meant = [word]
        if len(meant) != 1:
            which = (
                f"it may be {' or '.join(meant)}" if meant else "'rvm-edge chart show' lists them"
            )
            raise CommandError(f"--highlight: no state is called {word!r}; {which}")
        found += meant
    for first, second in combinations(found, 2):
        if not tree.are_together(first, second):
            raise CommandError(f"--highlight: {first} and {second} are never active together")
    if not found:
        raise CommandError("--highlight: name at least one state")
    return tuple(found)


def _fired(chart: Chart[Machine], journal: Path) -> dict[Transition, int]:
    try:
        found = coverage(read(journal), chart)
    except JournalError as error:
        raise CommandError(str(error)) from error
    others = f"; {found.foreign} rows of another chart are not counted" if found.foreign else ""
    click.echo(
        f"{found.covered} of {len(found.fired)} transitions fired in {found.steps} rows{others}",
        err=True,
    )
    return dict(found.fired)
