"""The journal: every step of the machine, durable, chained, and decidable again."""

from rvm_edge.statechart.journal.archive import read_archive
from rvm_edge.statechart.journal.lineage import read_whole, tail_whole
from rvm_edge.statechart.journal.memory import MemoryJournal
from rvm_edge.statechart.journal.reading import read, tail
from rvm_edge.statechart.journal.record import (
    ARCHIVED,
    GENESIS,
    SET_ASIDE,
    STARTED,
    STOPPED,
    Entry,
    Journal,
    Record,
)
from rvm_edge.statechart.journal.replay import Replay, event_of
from rvm_edge.statechart.journal.sqlite import SqliteJournal, open_journal
from rvm_edge.statechart.journal.verify import Verification, verify

__all__ = [
    "ARCHIVED",
    "GENESIS",
    "SET_ASIDE",
    "STARTED",
    "STOPPED",
    "Entry",
    "Journal",
    "MemoryJournal",
    "Record",
    "Replay",
    "SqliteJournal",
    "Verification",
    "event_of",
    "open_journal",
    "read",
    "read_archive",
    "read_whole",
    "tail",
    "tail_whole",
    "verify",
]
