"""The ledger: what is remembered of every item, through power cuts and crashes.

One SQLite file, one writer. Every call of `Ledger` is on disk when it returns.
"""

from rvm_edge.ledger.check import Check, Violation, ViolationKind, check, check_connection
from rvm_edge.ledger.clock import Clock, SystemClock
from rvm_edge.ledger.counts import Counts
from rvm_edge.ledger.decisions import read as decision_of
from rvm_edge.ledger.decisions import whole_uuid
from rvm_edge.ledger.failures import (
    LedgerDamagedError,
    LedgerLockedError,
    LedgerTooNewError,
    LedgerUnusableError,
    RefusedStepError,
)
from rvm_edge.ledger.ledger import Ledger, LedgerFlags, open_ledger
from rvm_edge.ledger.opening import LedgerOpening
from rvm_edge.ledger.reading import read_only
from rvm_edge.ledger.records import ItemRecord, list_items
from rvm_edge.ledger.records import record_by_uuid as record_of

__all__ = [
    "Check",
    "Clock",
    "Counts",
    "ItemRecord",
    "Ledger",
    "LedgerDamagedError",
    "LedgerFlags",
    "LedgerLockedError",
    "LedgerOpening",
    "LedgerTooNewError",
    "LedgerUnusableError",
    "RefusedStepError",
    "SystemClock",
    "Violation",
    "ViolationKind",
    "check",
    "check_connection",
    "decision_of",
    "list_items",
    "open_ledger",
    "read_only",
    "record_of",
    "whole_uuid",
]
