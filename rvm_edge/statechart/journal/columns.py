"""A row as SQLite keeps it, and back. What comes back is checked, not believed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from rvm_edge.statechart.definition import Payload
from rvm_edge.statechart.document import Json, canonical
from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal.record import Record

__all__ = ["COLUMNS", "UnreadableRowError", "decoded", "encoded"]

COLUMNS: Final = (
    ("seq", int),
    ("at", str),
    ("mono", float),
    ("event", str),
    ("data", str),
    ("before", str),
    ("after", str),
    ("taken", str),
    ("chart", str),
    ("prev", str),
    ("hash", str),
)
"""Name and type of every column. `data`, `before`, `after` and `taken` are canonical JSON."""


class UnreadableRowError(JournalError):
    """A row's columns do not hold what a journal writes."""


def encoded(record: Record) -> tuple[str | int | float, ...]:
    """Return a row's columns in their order."""
    return (
        record.seq,
        record.at,
        record.mono,
        record.event,
        canonical(dict(record.data)),
        canonical(list(record.before)),
        canonical(list(record.after)),
        canonical(list(record.taken)),
        record.chart,
        record.prev,
        record.hash,
    )


def decoded(row: Sequence[object]) -> Record:
    """Return the record in a row's columns.

    Raises:
        UnreadableRowError: a column has the wrong type, or its JSON is not the canonical one.
    """
    for value, (name, kind) in zip(row, COLUMNS, strict=True):
        if not isinstance(value, kind):
            raise _unreadable(row, name, f"is {type(value).__name__}, not {kind.__name__}")
    seq, at, mono, event, data, before, after, taken, chart, prev, digest = row
    assert isinstance(seq, int)
    assert isinstance(mono, float)
    return Record(
        seq=seq,
        at=str(at),
        mono=mono,
        event=str(event),
        data=_payload(row, str(data)),
        before=_texts(row, "before", str(before)),
        after=_texts(row, "after", str(after)),
        taken=_texts(row, "taken", str(taken)),
        chart=str(chart),
        prev=str(prev),
        hash=str(digest),
    )


def _unreadable(row: Sequence[object], column: str, why: str) -> UnreadableRowError:
    return UnreadableRowError(f"journal row {row[0]}: column {column} {why}")


def _json(row: Sequence[object], column: str, text: str) -> Json:
    try:
        value: Json = json.loads(text)
        if canonical(value) == text:
            return value
    except (ValueError, RecursionError):
        pass
    raise _unreadable(row, column, "is no canonical JSON")


def _texts(row: Sequence[object], column: str, text: str) -> tuple[str, ...]:
    value = _json(row, column, text)
    if not isinstance(value, list):
        raise _unreadable(row, column, "is no list")
    texts = tuple(part for part in value if isinstance(part, str))
    if len(texts) != len(value):
        raise _unreadable(row, column, "holds something that is no text")
    return texts


def _payload(row: Sequence[object], text: str) -> Payload:
    value = _json(row, "data", text)
    if not isinstance(value, dict):
        raise _unreadable(row, "data", "is no object")
    payload: Payload = {}
    for key, part in value.items():
        if isinstance(part, (dict, list)):
            raise _unreadable(row, "data", f"holds something that is no scalar under {key!r}")
        payload[key] = part
    return payload
