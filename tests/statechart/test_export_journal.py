"""A journal's rows in other notations."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

import pytest

from rvm_edge.statechart.definition import Configuration, Payload
from rvm_edge.statechart.export.journal import JournalFormat, change, journal_lines
from rvm_edge.statechart.journal import GENESIS, Entry, Record
from rvm_edge.statechart.journal.record import hash_of, seal


def record(
    before: Configuration,
    after: Configuration,
    taken: Sequence[str] = (),
    data: Payload | None = None,
) -> Record:
    entry = Entry("x.y", data or {}, before, after, tuple(taken), "c" * 64)
    return seal(entry, seq=7, at="2026-03-01T07:30:00.125000+00:00", mono=1.5, prev=GENESIS)


ROW = record(("a.b", "a.c"), ("a.b", "a.d"), ["a.c -> a.d"], {"n": 1, "why": 'x|y "z"\nné'})


def text(form: JournalFormat, *records: Record) -> str:
    return "".join(journal_lines(records, form))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (ROW, "a.c → a.d"),
        (record((), ("a",)), "nothing → a"),
        (record(("a", "b"), ()), "a + b → nothing"),
        (record(("a",), ("a",), ["a -> a"]), "again"),
        (record(("a",), ("a",), ["a stays [g]"]), "stays"),
    ],
)
def test_a_change_names_only_what_changed(row: Record, words: str) -> None:
    assert change(row) == words


def test_jsonl_is_one_object_a_line_and_comes_back_whole() -> None:
    lines = text(JournalFormat.JSONL, ROW, ROW).splitlines()
    assert len(lines) == 2
    back = json.loads(lines[0])
    for name in ("before", "after", "taken"):
        back[name] = tuple(back[name])
    again = Record(**back)
    assert again == ROW
    assert hash_of(again) == ROW.hash


def test_csv_has_a_heading_and_comes_back_whole() -> None:
    heading, row = csv.reader(io.StringIO(text(JournalFormat.CSV, ROW)))
    cells = dict(zip(heading, row, strict=True))
    assert heading == [
        *("seq", "at", "mono", "event", "data", "before", "after", "taken"),
        *("chart", "prev", "hash"),
    ]
    again = Record(
        seq=int(cells["seq"]),
        at=cells["at"],
        mono=float(cells["mono"]),
        event=cells["event"],
        data=json.loads(cells["data"]),
        before=tuple(json.loads(cells["before"])),
        after=tuple(json.loads(cells["after"])),
        taken=tuple(json.loads(cells["taken"])),
        chart=cells["chart"],
        prev=cells["prev"],
        hash=cells["hash"],
    )
    assert hash_of(again) == ROW.hash


def test_markdown_is_a_table_that_an_events_text_cannot_break() -> None:
    lines = text(JournalFormat.MD, ROW).splitlines()
    assert lines == [
        "| # | UTC | Event | Data | What changed |",
        "|---|---|---|---|---|",
        '| 7 | 2026-03-01T07:30:00.125000+00:00 | `x.y` | n: 1, why: x\\|y "z" né | a.c → a.d |',
    ]


def test_markdown_lets_no_markup_through() -> None:
    row = record((), ("a",), (), {"why": "<script>"})
    assert "<script>" not in text(JournalFormat.MD, row)


@pytest.mark.parametrize(
    ("form", "lines"), [(JournalFormat.JSONL, 0), (JournalFormat.CSV, 1), (JournalFormat.MD, 2)]
)
def test_an_empty_journal_is_its_heading(form: JournalFormat, lines: int) -> None:
    assert len(text(form).splitlines()) == lines
