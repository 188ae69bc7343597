"""The tree of a chart's states, and what its paths say of each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

import msgspec

from rvm_edge.statechart.definition import Chart, State, StatePath

__all__ = ["Tree", "ancestors", "common_ancestor", "holds", "is_inside", "parent"]

M = TypeVar("M")


def parent(path: StatePath) -> StatePath:
    """Return the path of the state around `path`; "" for one at the top."""
    return path.rpartition(".")[0]


def ancestors(path: StatePath) -> tuple[StatePath, ...]:
    """Return the states around `path`, outermost first, without `path` itself."""
    parts = path.split(".")
    return tuple(".".join(parts[:count]) for count in range(1, len(parts)))


def is_inside(inner: StatePath, outer: StatePath) -> bool:
    """Say whether `inner` lies strictly inside `outer`."""
    return inner.startswith(f"{outer}.")


def holds(outer: StatePath, inner: StatePath) -> bool:
    """Say whether `inner` is `outer` or lies inside it."""
    return inner == outer or is_inside(inner, outer)


def common_ancestor(first: StatePath, second: StatePath) -> StatePath:
    """Return the innermost state that strictly contains both; "" where only the root does."""
    shared = [path for path in ancestors(first) if is_inside(second, path)]
    return shared[-1] if shared else ""


class Tree(msgspec.Struct, Generic[M], frozen=True):
    """Every state by its path. Of two with the same path the first counts.

    Tolerates broken charts, so that the linter can use it: an initial that does not exist is
    simply not entered.
    """

    states: Mapping[StatePath, State[M]]

    @classmethod
    def of(cls, chart: Chart[M]) -> Tree[M]:
        """Grow the tree of `chart`."""
        states: dict[StatePath, State[M]] = {}
        for path, state in chart.walk():
            states.setdefault(path, state)
        return cls(states)

    def children(self, path: StatePath) -> tuple[StatePath, ...]:
        """Return the paths of a state's children, in declared order."""
        return tuple(f"{path}.{child.name}" for child in self.states[path].children)

    def is_leaf(self, path: StatePath) -> bool:
        """Say whether a state has no children."""
        return not self.states[path].children

    def is_parallel(self, path: StatePath) -> bool:
        """Say whether all of a state's children are active at once."""
        return path in self.states and self.states[path].parallel

    def parallels_around(self, path: StatePath) -> tuple[StatePath, ...]:
        """Return the parallel states that strictly contain `path`, outermost first."""
        return tuple(outer for outer in ancestors(path) if self.is_parallel(outer))

    def entered_by(self, path: StatePath) -> Iterator[StatePath]:
        """Yield `path` and all that entering it enters below, outermost first in each branch."""
        state = self.states.get(path)
        if state is None:
            return
        yield path
        if state.parallel:
            for region in self.children(path):
                yield from self.entered_by(region)
        elif state.initial is not None:
            yield from self.entered_by(f"{path}.{state.initial}")

    def leaves_entered_by(self, path: StatePath) -> tuple[StatePath, ...]:
        """Return the leaves in which entering `path` ends, in the order of the regions."""
        return tuple(inner for inner in self.entered_by(path) if self.is_leaf(inner))

    def are_together(self, first: StatePath, second: StatePath) -> bool:
        """Say whether two states can be active at the same time."""
        if holds(first, second) or holds(second, first):
            return True
        return self.is_parallel(common_ancestor(first, second))
