"""A journal's rows in notations that other people's programs read."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType

from msgspec.structs import asdict, fields

from rvm_edge.statechart.journal import Record

__all__ = ["JournalFormat", "change", "journal_lines"]


class JournalFormat(Enum):
    """What a journal can be written as."""

    JSONL = "jsonl"
    CSV = "csv"
    MD = "md"


def journal_lines(records: Iterable[Record], form: JournalFormat) -> Iterator[str]:
    """Yield the rows as text, piece by piece, each piece ending with a newline.

    JSONL and CSV hold every field, so that the chain of hashes can be checked from them; Markdown
    is for reading and leaves the hashes out.
    """
    return _WRITERS[form](records)


def change(record: Record) -> str:
    """Write what a row changed: the leaves that were left, an arrow, those that were entered."""
    gone = " + ".join(leaf for leaf in record.before if leaf not in record.after)
    come = " + ".join(leaf for leaf in record.after if leaf not in record.before)
    if gone or come:
        return f"{gone or 'nothing'} → {come or 'nothing'}"
    if all(" stays" in row for row in record.taken):
        return "stays"
    return "again"


def _jsonl(records: Iterable[Record]) -> Iterator[str]:
    for record in records:
        yield (json.dumps(asdict(record), ensure_ascii=False, separators=(",", ":")) + "\n")


def _csv(records: Iterable[Record]) -> Iterator[str]:
    """RFC 4180, with a heading; lists and objects are JSON in their cell."""
    names = [field.name for field in fields(Record)]
    yield _csv_line(names)
    for record in records:
        yield _csv_line([_cell(getattr(record, name)) for name in names])


def _csv_line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, (tuple, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _markdown(records: Iterable[Record]) -> Iterator[str]:
    yield "| # | UTC | Event | Data | What changed |\n|---|---|---|---|---|\n"
    for record in records:
        data = ", ".join(f"{name}: {value}" for name, value in record.data.items())
        cells = [str(record.seq), record.at, f"`{record.event}`", data, change(record)]
        yield f"| {' | '.join(_plain(cell) for cell in cells)} |\n"


def _plain(text: str) -> str:
    """Keep a cell in its cell, whatever an event's field may hold."""
    escaped = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
    return " ".join(escaped.split())


_WRITERS: Mapping[JournalFormat, Callable[[Iterable[Record]], Iterator[str]]] = MappingProxyType(
    {JournalFormat.JSONL: _jsonl, JournalFormat.CSV: _csv, JournalFormat.MD: _markdown}
)
