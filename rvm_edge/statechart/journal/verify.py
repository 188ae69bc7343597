"""Proves a journal: nothing changed, nothing missing, nothing that the chart would not do.

Who can rewrite the whole file can also compute a whole new chain; so the head's hash is meant to be
kept elsewhere too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import Final, Generic, NamedTuple, TypeVar

import msgspec

from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.document import chart_hash
from rvm_edge.statechart.errors import JournalError
from rvm_edge.statechart.journal.archive import lines_of, named, proved, read_archive, row_of
from rvm_edge.statechart.journal.columns import UnreadableRowError, decoded
from rvm_edge.statechart.journal.continuity import chart_changes, clock_change, links
from rvm_edge.statechart.journal.lineage import lineage
from rvm_edge.statechart.journal.reading import beyond_damage, rows_of
from rvm_edge.statechart.journal.record import ARCHIVED, GENESIS, SET_ASIDE, Record
from rvm_edge.statechart.journal.replay import Replay

__all__ = ["Verification", "verify"]

M = TypeVar("M")

MOST_PROBLEMS: Final = 100
"""A damaged journal can have a problem in every row; the first ones tell the story."""


class Verification(msgspec.Struct, frozen=True):
    """What a journal proves.

    Attributes:
        rows: how many could be read.
        replayed: how many of them were decided again by the present chart.
        foreign: how many were decided by another chart; their chain and continuity are checked.
        head: the last row's hash: what to compare with the copy kept elsewhere.
        problems: what is wrong, at most a hundred lines, besides one for each damaged file.
        first: the first row's number; above 1 where what was archived before is not here any more.
        proven: from which row to which nothing is wrong, oldest first; at most a hundred stretches.
        damaged: the files in which something is wrong.
        remarks: what an auditor should know and nobody has done wrong, at most a hundred lines.
    """

    rows: int
    replayed: int
    foreign: int
    head: str
    problems: tuple[str, ...]
    first: int = 1
    proven: tuple[tuple[int, int], ...] = ()
    damaged: tuple[Path, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify(
    source: Path | Iterable[Record],
    decider: Decider[M],
    *,
    charts: Collection[str] | None = None,
    heads: Collection[str] = (),
    each: Callable[[Record], object] = lambda _: None,
) -> Verification:
    """Check chain, gaps and continuity of every row, and decide again those of the present chart.

    Damage ends nothing: what can be read behind it is checked too.

    Args:
        source: a journal's file, whose archives are followed, or its rows.
        decider: the present chart's.
        charts: the hashes of all charts that may have written rows before; any if not given.
        heads: hashes of last rows that were noted earlier: each must be some row's.
        each: is given every row of the chain that can be read, in order.

    Raises:
        JournalError: nothing can be read at all.
    """
    if not isinstance(source, Path):
        proof = _Proof(decider, charts, heads, (), each)
        proof.walk(None, source)
        return proof.result()
    try:
        found = lineage(source)
    except OSError as error:
        raise JournalError(f"archives of journal {source}: {error.strerror}") from error
    proof = _Proof(decider, charts, heads, found.strays, each)
    for path in found.chain:
        proof.walk(path, _archived(path))
    proof.walk(source, _live(source))
    if not proof.rows:
        raise JournalError(next(iter(proof.problems), f"journal {source} has no row"))
    for path in found.strays:
        proof.hold_against(path)
    return proof.result()


class _Unreadable(NamedTuple):
    """Something at this place of the chain that is no row."""

    why: str


def _archived(path: Path) -> Iterator[Record | _Unreadable]:
    try:
        for line in lines_of(path):
            try:
                yield row_of(line)
            except UnreadableRowError as error:
                yield _Unreadable(f"archive {path}: {error}")
    except JournalError as error:
        yield _Unreadable(str(error))


def _live(path: Path, after: int = 0) -> Iterator[Record | _Unreadable]:
    try:
        for row in rows_of(path, after=after):
            after = row[0] if isinstance(row[0], int) else after
            try:
                yield decoded(row)
            except UnreadableRowError as error:
                yield _Unreadable(str(error))
    except JournalError as error:
        yield _Unreadable(str(error))
        beyond = beyond_damage(path, after)
        if beyond is not None and beyond > after + 1:
            yield from _live(path, beyond - 1)


class _Proof(Generic[M]):
    """What the rows prove that were walked through, in their order."""

    def __init__(
        self,
        decider: Decider[M],
        charts: Collection[str] | None,
        heads: Collection[str],
        strays: Collection[Path],
        each: Callable[[Record], object],
    ) -> None:
        self.rows = 0
        self.problems: list[str] = []
        self._each = each
        self._replay = Replay(decider)
        self._present = chart_hash(decider.chart)
        self._allowed = None if charts is None else {*charts, self._present}
        self._replayed = self._foreign = 0
        self._begins = 1
        self._follows_one_set_aside = False
        self._last: Record | None = None
        self._is_torn = False
        self._proven: list[tuple[int, int]] = []
        self._damaged: dict[Path, None] = {}
        self._remarks: list[str] = []
        self._missing_heads = dict.fromkeys(heads)
        self._ends = {numbers[1] for path in strays if (numbers := named(path))}
        self._hash_at: dict[int, str] = {}

    def walk(self, path: Path | None, rows: Iterable[Record | _Unreadable]) -> None:
        """Take what a file holds as what comes next."""
        for row in rows:
            if isinstance(row, _Unreadable):
                where = f"row {self._last.seq}" if self._last else "the beginning"
                self._wrong(path, f"{row.why} (after {where})")
                self._is_torn = True
            else:
                self._take(path, row)

    def hold_against(self, path: Path) -> None:
        """Say what an archive is that the journal does not lead to.

        A power cut may leave one whose rows are the journal's too; and a journal that was set aside
        leaves its own, which are no fault of the one that began after it.
        """
        try:
            _, last = proved(read_archive(path))
        except JournalError as error:
            self._wrong(path, f"{error} (the journal does not go on from it)")
            return
        assert self._last is not None  # whoever has read nothing does not come so far
        if self._hash_at.get(last.seq) == last.hash:
            self._remark(
                f"archive {path} ends in row {last.seq}, which the journal itself has too: a start "
                "was cut off while it archived, or the journal is an older copy"
            )
        elif self._follows_one_set_aside:
            self._remark(f"archive {path} is of the journal that was set aside; its chain holds")
        elif last.seq > self._last.seq:
            self._wrong(
                path,
                f"archive {path} ends in row {last.seq}, the journal in row {self._last.seq} "
                "already: the journal is an older copy or another one, or the archive is another "
                "machine's",
            )
        else:
            self._wrong(
                path,
                f"archive {path} has another row {last.seq} than the journal: it is another "
                "machine's, or the journal is",
            )

    def result(self) -> Verification:
        """Return what was found."""
        for head in self._missing_heads:
            self._wrong(
                None,
                f"no row has the hash {head}, which was noted earlier: what came after it, or all, "
                "was replaced",
            )
        return Verification(
            rows=self.rows,
            replayed=self._replayed,
            foreign=self._foreign,
            head=self._last.hash if self._last else GENESIS,
            problems=tuple(self.problems),
            first=self._begins,
            proven=tuple(self._proven[:MOST_PROBLEMS]),
            damaged=tuple(self._damaged),
            remarks=tuple(self._remarks),
        )

    def _take(self, path: Path | None, record: Record) -> None:
        last = self._last
        # What could not be read may be nothing but a check sum after the last row.
        torn = self._is_torn and (last is None or record.prev != last.hash)
        found = [
            *links(record, last, torn=torn),
            *chart_changes(record, last, self._allowed, torn=torn),
        ]
        if record.chart == self._present or record.event in (SET_ASIDE, ARCHIVED):
            self._replayed += 1
            problem = self._replay.problem(record)
            found += [] if problem is None else [problem]
        else:
            self._foreign += 1
        for problem in found:
            self._wrong(path, f"row {record.seq}: {problem}")
        if not found:
            self._hold(record.seq)
        clock = clock_change(record, last) if last is not None and not torn else None
        if clock is not None:
            self._remark(clock)
        if record.seq in self._ends:
            self._hash_at[record.seq] = record.hash
        self._missing_heads.pop(record.hash, None)
        self._missing_heads.pop(record.prev, None)
        self.rows += 1
        self._each(record)
        if last is None:
            self._follows_one_set_aside = record.event == SET_ASIDE
            self._begins = record.seq if record.event == ARCHIVED and not torn else 1
        self._last = record
        self._is_torn = False

    def _hold(self, seq: int) -> None:
        """Note that nothing is wrong with a row."""
        if self._proven and self._proven[-1][1] == seq - 1:
            seq_from, _ = self._proven.pop()
            self._proven.append((seq_from, seq))
        else:
            self._proven.append((seq, seq))

    def _wrong(self, path: Path | None, problem: str) -> None:
        is_news = path is not None and path not in self._damaged
        if len(self.problems) < MOST_PROBLEMS or is_news:
            self.problems.append(problem)
        if path is not None:
            self._damaged[path] = None

    def _remark(self, remark: str) -> None:
        if len(self._remarks) < MOST_PROBLEMS:
            self._remarks.append(remark)
