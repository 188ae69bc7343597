"""What the linter reports."""

from __future__ import annotations

from enum import Enum

import msgspec

from rvm_edge.statechart.definition import Transition
from rvm_edge.statechart.document import label

__all__ = ["Finding", "Kind", "row_place", "state_place"]


class Kind(Enum):
    """Every fault that a chart can have."""

    BAD_NAME = "bad-name"
    RESERVED_NAME = "reserved-name"
    DUPLICATE_STATE = "duplicate-state"
    UNKNOWN_INITIAL = "unknown-initial"
    BAD_PARALLEL = "bad-parallel"
    DUPLICATE_EVENT = "duplicate-event"
    UNWRITABLE_EVENT = "unwritable-event"
    AMBIGUOUS_GUARD = "ambiguous-guard"
    UNKNOWN_SOURCE = "unknown-source"
    UNKNOWN_TARGET = "unknown-target"
    UNDECLARED_EVENT = "undeclared-event"
    UNUSED_EVENT = "unused-event"
    DUPLICATE_ROW = "duplicate-row"
    UNREACHABLE_ROW = "unreachable-row"
    IMPOSSIBLE_ROW = "impossible-row"
    UNREACHABLE_STATE = "unreachable-state"
    NO_WAY_OUT = "no-way-out"
    NO_TIMEOUT = "no-timeout"
    BAD_TIMEOUT = "bad-timeout"
    UNANSWERED_TIMEOUT = "unanswered-timeout"
    UNANSWERED_ERROR = "unanswered-error"
    UNANSWERED_ENGINE_ERROR = "unanswered-engine-error"
    BAD_ENGINE_ROW = "bad-engine-row"
    INTO_REGION = "into-region"
    ACROSS_REGIONS = "across-regions"
    BEATEN_ROW = "beaten-row"
    TORN_PARALLEL = "torn-parallel"


class Finding(msgspec.Struct, frozen=True):
    """One fault of a chart.

    Attributes:
        kind: which fault.
        where: the state, the event or the row.
        what: what is wrong there.
        remedy: what to do about it.
    """

    kind: Kind
    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}; {self.remedy} [{self.kind.value}]"


def row_place(row: Transition) -> str:
    """Name a row the way it can be found in the chart."""
    return f"row {row.event}: {label(row)}"


def state_place(path: str) -> str:
    """Name a state the way it can be found in the chart."""
    return f"state {path}"
