"""The account of a run: what became of every item, and whether the books agree with the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import quantiles

import msgspec

from rvm_edge.cli.demo.both_books import BothBooks
from rvm_edge.cli.demo.reconciliation import Finding, Row, Wrong
from rvm_edge.item import ItemState, Outcome
from rvm_edge.ledger.check import Check, check
from rvm_edge.ledger.reading import read_only
from rvm_edge.locations import Locations
from rvm_edge.simulator.truth import Truth
from rvm_edge.statechart.build import build
from rvm_edge.statechart.counts import Counts
from rvm_edge.statechart.document import chart_hash
from rvm_edge.statechart.journal import Verification, verify
from states.chart import CHART

_MOST_REASONS = 5


class Account(msgspec.Struct, frozen=True):
    """What became of it all. The first thirteen figures are what other programs rely on.

    Attributes:
        items: how many people put in.
        accepted: how many the eyes accepted.
        rejected: how many were refused, by the eyes or for the lack of a verdict.
        returned: how many the ledger has as handed back.
        in_doubt: of how many nobody knows where they are.
        lost: how many fell into the bin and were not credited.
        duplicated: how many credits there are without an item in the bin.
        journal_rows: rows in the journal.
        journal_ok: whether it verifies, its replay included.
        chart_hash: of the chart that ran.
        verdict_ms_p50: how long a verdict took, half of the time. In virtual time pictures that
            were seen before are remembered, so that there it is no measure of the model.
        verdict_ms_p99: how long at most, in 99 of 100 cases.
        wall_s: how long all this took.
        records: items in the ledger; more than `items` where a sensor saw things.
        dropped: items in the bin, as the ledger has it.
        sessions: deposits in the ledger.
        people: who came.
        faults: how often something was made to fail.
        faults_by_kind: likewise, by what failed.
        hazards: how often somebody was endangered.
        violations: broken invariants of the ledger.
        errors: exceptions that became events, by title.
        ignored: events that nothing handled, by title.
        stale: events whose sender had ended.
        delivered: dropped items that the server has, as the ledger has it.
        duplicated_on_server: copies in the server's books beyond the first of each item.
        ambiguous: dropped items that were sent at least once without an answer to believe.
        dead_letter: dropped items that the server does not take as they stand.
        on_server: different items in the server's books.
        pictures_on_server: items whose picture the server keeps.
        points_due: what users earned by what is delivered, as the ledger has it.
        points_on_server: likewise, as the server has it.
        wrong: what is wrong, in words.
    """

    items: int
    accepted: int
    rejected: int
    returned: int
    in_doubt: int
    lost: int
    duplicated: int
    journal_rows: int
    journal_ok: bool
    chart_hash: str
    verdict_ms_p50: float
    verdict_ms_p99: float
    wall_s: float
    records: int
    dropped: int
    sessions: int
    people: int
    faults: int
    faults_by_kind: dict[str, int]
    hazards: int
    violations: int
    errors: dict[str, int]
    ignored: dict[str, int]
    stale: int
    delivered: int
    duplicated_on_server: int
    ambiguous: int
    dead_letter: int
    on_server: int
    pictures_on_server: int
    points_due: int
    points_on_server: int
    wrong: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether nothing was lost, doubled or endangered, and ledger and journal prove it."""
        return not self.wrong


class Entry(msgspec.Struct, frozen=True):
    """What the account needs of a ledger's item.

    Attributes:
        row: for the reconciliation.
        state: how far it has come.
        accepted: the verdict, or None.
        elapsed_ms: how long the verdict took; 0 where there was none.
    """

    row: Row
    state: ItemState
    accepted: bool | None
    elapsed_ms: float


def entries(locations: Locations, *, after: int = 0) -> tuple[Entry, ...]:
    """Read the ledger's items but the first `after`, oldest first.

    Raises:
        LedgerUnusableError: the ledger cannot be read.
    """
    with read_only(locations.ledger_path) as ledger:
        found = ledger.execute(
            "SELECT client_uuid, outcome, state, accepted, elapsed_ms FROM items "
            "ORDER BY number LIMIT -1 OFFSET ?",
            (after,),
        ).fetchall()
    return tuple(
        Entry(
            row=Row(str(client_uuid), None if outcome is None else Outcome(outcome)),
            state=ItemState(state),
            accepted=None if accepted is None else bool(accepted),
            elapsed_ms=float(elapsed_ms or 0.0),
        )
        for client_uuid, outcome, state, accepted, elapsed_ms in found
    )


def draw_up(
    *,
    locations: Locations,
    made: Sequence[Entry],
    truth: Truth,
    findings: Sequence[Finding],
    counts: Counts,
    people: int,
    sessions: int,
    both: BothBooks,
    faults: Mapping[str, int],
    stuck: str,
    wall_s: float,
) -> Account:
    """Put the account together, with the ledger's invariants checked and the journal replayed.

    Args:
        locations: where ledger and journal are; nobody writes them any more.
        made: the ledger's items of this run.
        truth: the world's account.
        findings: where the two disagree.
        counts: the engine's.
        people: how many came.
        sessions: how many deposits there were.
        both: what the server has of it.
        faults: what was made to fail, how often.
        stuck: why the run could not be finished, or "".
        wall_s: how long it took.
    """
    checked = check(locations.ledger_path)
    proof = verify(locations.journal_path, build(CHART))
    took = [entry.elapsed_ms for entry in made if entry.elapsed_ms > 0]
    in_doubt = sum(entry.state is ItemState.IN_DOUBT for entry in made)
    return Account(
        items=len(truth.items),
        accepted=sum(entry.accepted is True for entry in made),
        rejected=sum(entry.accepted is False for entry in made),
        returned=sum(entry.row.outcome is Outcome.RETURNED for entry in made),
        in_doubt=in_doubt,
        lost=sum(finding.wrong is Wrong.LOST for finding in findings),
        duplicated=sum(finding.wrong is Wrong.DUPLICATED for finding in findings),
        journal_rows=proof.rows,
        journal_ok=proof.ok,
        chart_hash=chart_hash(CHART),
        verdict_ms_p50=percentile(took, 50),
        verdict_ms_p99=percentile(took, 99),
        wall_s=round(wall_s, 3),
        records=len(made),
        dropped=sum(entry.row.outcome is Outcome.DROPPED for entry in made),
        sessions=sessions,
        people=people,
        faults=sum(faults.values()),
        faults_by_kind=dict(sorted(faults.items())),
        hazards=len(truth.hazards),
        violations=len(checked.violations),
        errors=dict(sorted(counts.errors.items())),
        ignored=dict(sorted(counts.ignored.items())),
        stale=counts.stale,
        delivered=both.delivered,
        duplicated_on_server=both.duplicated_on_server,
        ambiguous=both.ambiguous,
        dead_letter=both.dead_letter,
        on_server=both.on_server,
        pictures_on_server=both.pictures_on_server,
        points_due=both.points_due,
        points_on_server=both.points_on_server,
        wrong=_reasons(
            stuck=stuck,
            findings=findings,
            truth=truth,
            checked=checked,
            proof=proof,
            in_doubt=in_doubt,
            both=both,
        ),
    )


def percentile(values: Sequence[float], percent: int) -> float:
    """Return that percentile, to a microsecond where the values are milliseconds; 0 for none."""
    if len(values) < 2:  # noqa: PLR2004 - quantiles need two points
        return round(sum(values), 3)
    return round(quantiles(values, n=100, method="inclusive")[percent - 1], 3)


def _reasons(
    *,
    stuck: str,
    findings: Sequence[Finding],
    truth: Truth,
    checked: Check,
    proof: Verification,
    in_doubt: int,
    both: BothBooks,
) -> tuple[str, ...]:
    hazards = [f"hazard {one.danger.value} at {one.at_s:.3f} s" for one in truth.hazards]
    in_chamber = [f"item {one.number} lies in the chamber" for one in truth.in_chamber]
    return (
        *([stuck] if stuck else ()),
        *_first([f"{one.wrong.value}: {one.what}" for one in findings]),
        *_first(hazards),
        *_first([f"ledger: {one.kind.value}: {one.what}" for one in checked.violations]),
        *_first([f"journal: {problem}" for problem in proof.problems]),
        *([f"{in_doubt} in doubt"] if in_doubt else ()),
        *_first(in_chamber),
        *_first([f"server: {one}" for one in both.wrong]),
    )


def _first(reasons: Sequence[str]) -> tuple[str, ...]:
    more = len(reasons) - _MOST_REASONS
    return (*reasons[:_MOST_REASONS], *([f"and {more} more of this kind"] if more > 0 else ()))
