"""Every configuration the chart can be in, tried with every event it declares.

Breadth first from the initial configuration. A guard that looks at an event's data is a free
Boolean: both answers are tried, in every combination. A guard that looks at the configuration
alone is asked, so that the table holds no row that cannot happen. The table is deterministic: the
same chart gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Generic, TypeVar

import msgspec

from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.definition import Configuration, Event, Guard, Transition
from rvm_edge.statechart.errors import GuardError, StatechartError

__all__ = ["Exploration", "Probe", "Try", "explore"]

M = TypeVar("M")


class Probe(Event, frozen=True):
    """An event that is nothing but its title. Guards never see it: their answers are given."""

    declared: str

    @property
    def title(self) -> str:
        """The title it was made with."""
        return self.declared


class Try(msgspec.Struct, frozen=True):
    """One row of the table: what one event does to one configuration.

    Attributes:
        before: the configuration.
        event: the event's title.
        guards: the answers given to the guards that were in question, by name.
        after: the configuration afterwards; None where the event is ignored.
        taken: the transitions that fired, one per region at most.
    """

    before: Configuration
    event: str
    guards: tuple[tuple[str, bool], ...]
    after: Configuration | None
    taken: tuple[Transition, ...] = ()


class Exploration(msgspec.Struct, frozen=True):
    """What was found.

    Attributes:
        configurations: all that can be reached, in the order of their states' declaration.
        events: the titles tried, sorted.
        tries: the table, by configuration, event and guards.
        fired: the declared transitions that fired somewhere, in declared order.
        unfired: those that never did.
        findings: what must not happen: a guard that raised, a configuration that is not legal.
    """

    configurations: tuple[Configuration, ...]
    events: tuple[str, ...]
    tries: tuple[Try, ...]
    fired: tuple[Transition, ...]
    unfired: tuple[Transition, ...]
    findings: tuple[str, ...]

    @property
    def handled(self) -> int:
        """How many tries did something."""
        return sum(row.after is not None for row in self.tries)

    @property
    def ignored(self) -> int:
        """How many tries did nothing."""
        return len(self.tries) - self.handled

    @property
    def complete(self) -> bool:
        """Whether every declared transition fired and nothing happened that must not."""
        return not self.unfired and not self.findings


def explore(decider: Decider[M]) -> Exploration:
    """Try every event in every configuration that can be reached.

    Args:
        decider: a chart that was built.
    """
    return _Search(decider).run()


class _Search(Generic[M]):
    """One exploration in progress."""

    def __init__(self, decider: Decider[M]) -> None:
        self._decider = decider
        self._rows = decider.chart.transitions
        self._events = tuple(sorted(decider.declared))
        self._tries: dict[Configuration, list[Try]] = {}
        self._findings: list[str] = []

    def run(self) -> Exploration:
        waiting = [self._decider.initial]
        while waiting:
            before = waiting.pop(0)
            if before not in self._tries:
                tries = [found for event in self._events for found in self._try(before, event)]
                self._tries[before] = tries
                waiting += [found.after for found in tries if found.after is not None]
        places = {path: place for place, path in enumerate(self._decider.states)}
        configurations = sorted(self._tries, key=lambda leaves: [places[leaf] for leaf in leaves])
        table = tuple(found for before in configurations for found in self._tries[before])
        fired = {row for found in table for row in found.taken}
        return Exploration(
            configurations=tuple(configurations),
            events=self._events,
            tries=table,
            fired=tuple(row for row in self._rows if row in fired),
            unfired=tuple(row for row in self._rows if row not in fired),
            findings=tuple(self._findings),
        )

    def _try(self, before: Configuration, event: str) -> Iterator[Try]:
        """Yield one row per combination of answers; a step that goes wrong is a finding instead."""
        try:
            combinations = list(self._answers(before, event))
        except StatechartError as error:
            self._note(before, event, error)
            return
        for answers in combinations:
            try:
                decision = self._decider.decide(before, Probe(event), dict(answers))
            except StatechartError as error:
                self._note(before, event, error)
                continue
            after = decision.after if decision.handled else None
            yield Try(before, event, answers, after, decision.taken)

    def _answers(self, before: Configuration, event: str) -> Iterator[tuple[tuple[str, bool], ...]]:
        """Yield every combination of answers of the guards that this event's active rows name."""
        choices: dict[str, tuple[bool, ...]] = {}
        active = self._decider.active(before)
        for row in self._rows:
            if row.event == event and row.source in active:
                for guard in (row.guard, row.unless):
                    if guard is not None and guard.name not in choices:
                        choices[guard.name] = _choices(guard, row, before)
        for answers in product(*choices.values()):
            yield tuple(zip(choices, answers, strict=True))

    def _note(self, before: Configuration, event: str, error: StatechartError) -> None:
        cause = f" ({error.__cause__!r})" if error.__cause__ is not None else ""
        self._findings.append(f"{event} in {' | '.join(before)}: {error}{cause}")


def _choices(guard: Guard, row: Transition, before: Configuration) -> tuple[bool, ...]:
    """Return the answers to try: both, or the one that the configuration alone gives."""
    if not guard.configuration_only:
        return (True, False)
    try:
        return (bool(guard.holds(Probe(row.event), before)),)
    except Exception as error:  # a guard is the chart's code and may raise anything
        raise GuardError(guard.name, row) from error
