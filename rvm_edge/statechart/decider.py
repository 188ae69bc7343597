"""Decides: a configuration and an event in, the next configuration out, and nothing else.

The deciding itself is done by `transitions` (0.9.3), whose callbacks only record here what it did.
Nothing of a call changes the next: the model that `transitions` moves is made for one call and
thrown away, so a decider may be asked about any configuration at any time. What depends on no guard
is decided once and remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

import msgspec

from rvm_edge.statechart.definition import (
    Chart,
    Configuration,
    Event,
    Guard,
    State,
    StatePath,
    Transition,
)
from rvm_edge.statechart.document import declared_titles
from rvm_edge.statechart.errors import GuardError, IllegalConfigurationError
from rvm_edge.statechart.hidden_module import hidden
from rvm_edge.statechart.tree import Tree, ancestors

# This program runs on trio: asyncio is 35 ms of every start, and 3 MB, for a machine never made.
with hidden("transitions.extensions.asyncio"):
    from transitions.extensions.nesting import HierarchicalMachine, NestedState

__all__ = ["Decider", "Decision"]

M = TypeVar("M")


class Decision(msgspec.Struct, frozen=True):
    """What an event does to a configuration.

    Attributes:
        event_title: the event's title.
        before: the configuration that was.
        after: the configuration that is next.
        taken: the rows that fire, in order; none if the event is ignored.
        exited: the states left, innermost first.
        entered: the states entered, outermost first.
    """

    event_title: str
    before: Configuration
    after: Configuration
    taken: tuple[Transition, ...] = ()
    exited: tuple[StatePath, ...] = ()
    entered: tuple[StatePath, ...] = ()

    @property
    def handled(self) -> bool:
        """Whether any row fires."""
        return bool(self.taken)


class _DottedState(NestedState):
    separator = "."


class _Machine(HierarchicalMachine):
    state_cls = _DottedState


@dataclass
class _Run:
    """One call: the model that `transitions` moves, and what is recorded on the way."""

    state: str | list[str]
    event: Event
    before: Configuration
    forced: Mapping[str, bool]
    asked: bool = False
    taken: list[Transition] = field(default_factory=list)
    exited: list[StatePath] = field(default_factory=list)
    entered: list[StatePath] = field(default_factory=list)


class Decider(Generic[M]):
    """The pure half of a chart. Made by `build`, which refuses a broken chart.

    Attributes:
        chart: the chart that it decides by.
        states: every state by its path.
        initial: the configuration in which the machine starts.
        declared: the title of every event that may occur, the engine's own included.
    """

    def __init__(self, chart: Chart[M]) -> None:
        self.chart = chart
        self._tree = Tree.of(chart)
        self.states: Mapping[StatePath, State[M]] = self._tree.states
        self.initial: Configuration = self._tree.leaves_entered_by(chart.initial)
        self.declared = declared_titles(chart)
        self._sources: dict[str, set[StatePath]] = {}
        for row in chart.transitions:
            self._sources.setdefault(row.event, set()).add(row.source)
        self._machine = _machine_of(chart)
        # Legal configurations only, of which a chart has finitely many.
        self._active: dict[Configuration, tuple[StatePath, ...]] = {}
        # Decisions that no guard had a say in: the same every time, and nine of ten there are.
        self._known: dict[tuple[Configuration, str], Decision] = {}

    def is_legal(self, configuration: Configuration) -> bool:
        """Say whether `configuration` is one leaf of every region, in the order of the regions."""
        if configuration in self._active:
            return True
        return any(
            0 < len(configuration) == self._leaves_consumed(state.name, configuration)
            for state in self.chart.states
        )

    def active(self, configuration: Configuration) -> tuple[StatePath, ...]:
        """Return the active leaves and everything around them, outermost first.

        Raises:
            IllegalConfigurationError: the chart does not allow the configuration.
        """
        known = self._active.get(configuration)
        if known is None:
            if not self.is_legal(configuration):
                raise IllegalConfigurationError(configuration)
            paths = dict.fromkeys(
                path for leaf in configuration for path in (*ancestors(leaf), leaf)
            )
            known = self._active[configuration] = tuple(sorted(paths, key=_depth))
        return known

    def decide(
        self,
        configuration: Configuration,
        event: Event,
        guards: Mapping[str, bool] | None = None,
    ) -> Decision:
        """Say what `event` does in `configuration`. Nothing is changed by asking.

        Args:
            configuration: the active leaves.
            event: what happened. An event that the chart does not know is ignored.
            guards: answers by the guard's name, given instead of asking the guard.

        Raises:
            IllegalConfigurationError: the chart does not allow the configuration, or the rows tore
                it apart, which the linter's rules make impossible.
            GuardError: a guard raised.
        """
        title = event.title
        known = self._known.get((configuration, title))
        if known is not None:
            return known
        active = self.active(configuration)
        # Asked first, because `transitions` warns about every event that nothing handles.
        if self._sources.get(title, frozenset()).isdisjoint(active):
            return Decision(title, configuration, configuration)
        run = _Run(_as_model(configuration), event, configuration, guards or {})
        self._machine.trigger_event(run, title, run)
        after = tuple(_flat(run.state))
        if not self.is_legal(after):
            raise IllegalConfigurationError(after)
        decision = Decision(
            title,
            configuration,
            after,
            tuple(run.taken),
            # Stable: states of one depth keep the order of their regions.
            tuple(sorted(run.exited, key=_depth, reverse=True)),
            tuple(sorted(run.entered, key=_depth)),
        )
        if not run.asked:
            self._known[configuration, title] = decision
        return decision

    def _leaves_consumed(self, path: StatePath, leaves: Configuration) -> int:
        """Count how many of the first `leaves` make up an active `path`; 0 if none do."""
        if self._tree.is_leaf(path):
            return int(leaves[:1] == (path,))
        if self.states[path].parallel:
            used = 0
            for region in self._tree.children(path):
                taken = self._leaves_consumed(region, leaves[used:])
                if not taken:
                    return 0
                used += taken
            return used
        return max(self._leaves_consumed(child, leaves) for child in self._tree.children(path))


def _depth(path: StatePath) -> int:
    return path.count(".")


def _as_model(configuration: Configuration) -> str | list[str]:
    return configuration[0] if len(configuration) == 1 else list(configuration)


def _flat(state: str | Iterable[object]) -> Iterable[str]:
    """Flatten the lists in lists by which `transitions` writes parallel states in parallel ones."""
    if isinstance(state, str):
        yield state
        return
    for part in state:
        if isinstance(part, (str, list)):
            yield from _flat(part)


def _machine_of(chart: Chart[M]) -> HierarchicalMachine:
    return _Machine(
        model=None,
        states=[_configured(state.name, state) for state in chart.states],
        transitions=[_row(row) for row in chart.transitions],
        initial=None,
        auto_transitions=False,
        name=chart.name,
    )


def _configured(path: StatePath, state: State[M]) -> dict[str, object]:
    """Write a state the way `transitions` takes it, with callbacks that only record."""
    configured: dict[str, object] = {
        "name": state.name,
        "on_enter": [partial(_entered, path)],
        "on_exit": [partial(_exited, path)],
    }
    children = [_configured(f"{path}.{child.name}", child) for child in state.children]
    if state.parallel:
        configured["parallel"] = children
    elif children:
        configured |= {"children": children, "initial": state.initial}
    return configured


def _row(row: Transition) -> dict[str, object]:
    return {
        "trigger": row.event,
        "source": row.source,
        "dest": row.target,
        "conditions": [] if row.guard is None else [partial(_asked, row.guard, row)],
        "unless": [] if row.unless is None else [partial(_asked, row.unless, row)],
        "after": [partial(_taken, row)],
    }


def _entered(path: StatePath, run: _Run) -> None:
    run.entered.append(path)


def _exited(path: StatePath, run: _Run) -> None:
    run.exited.append(path)


def _taken(row: Transition, run: _Run) -> None:
    run.taken.append(row)


def _asked(guard: Guard, row: Transition, run: _Run) -> bool:
    """Ask a guard about the configuration before the event, in whichever region it is asked."""
    run.asked = True
    if guard.name in run.forced:
        return run.forced[guard.name]
    try:
        return bool(guard.holds(run.event, run.before))
    except Exception as error:  # the chart's own code: its row is named whatever it raises
        raise GuardError(guard.name, row) from error
