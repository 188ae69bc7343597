"""What can go wrong in the engine, by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rvm_edge.statechart.definition import Configuration, Transition
    from rvm_edge.statechart.lint import Finding

__all__ = [
    "ChartError",
    "GuardError",
    "IllegalConfigurationError",
    "JournalError",
    "StatechartError",
    "UndeclaredEventError",
    "UnwritableEventError",
]


class StatechartError(Exception):
    """Something that the engine refuses or could not do. The message says what and where."""


class ChartError(StatechartError):
    """The chart is broken and is not built.

    Attributes:
        findings: everything that is wrong with it, not only the first.
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        lines = "\n".join(f"  {finding}" for finding in self.findings)
        super().__init__(f"the chart has {len(self.findings)} fault(s):\n{lines}")


class IllegalConfigurationError(StatechartError):
    """A set of active leaves that the chart does not allow."""

    def __init__(self, configuration: Configuration) -> None:
        self.configuration = configuration
        super().__init__(f"{list(configuration)} is no configuration of this chart")


class GuardError(StatechartError):
    """A guard raised instead of answering. Its exception is the cause.

    Attributes:
        guard: the guard's name.
        row: the row that asked.
    """

    def __init__(self, guard: str, row: Transition) -> None:
        self.guard = guard
        self.row = row
        super().__init__(f"guard {guard} raised, asked by {row.source} on {row.event}")


class UndeclaredEventError(StatechartError):
    """Somebody posted an event that the chart does not declare."""

    def __init__(self, title: str) -> None:
        self.title = title
        super().__init__(f"the chart declares no event {title!r}: add it to its events")


class UnwritableEventError(StatechartError):
    """Somebody posted an event that could not be written to the journal and read back equal."""


class JournalError(StatechartError):
    """The journal cannot be opened, read or written. The message says where and what to do."""
