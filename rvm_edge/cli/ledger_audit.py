"""`rvm-edge ledger audit`: journal and ledger proved, and held against each other."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from rvm_edge.ledger import check, read_only
from rvm_edge.ledger.witness import Account, Witness, newest_item
from rvm_edge.locations import Locations
from rvm_edge.statechart.build import build
from rvm_edge.statechart.journal import STARTED, Record, verify
from states.chart import CHART


class Audit(msgspec.Struct, frozen=True):
    """What the two books of a machine prove.

    Attributes:
        account: what both say together.
        journal_rows: how many rows of the journal could be read.
        journal_first: the first one's number; above 1 where older ones were cleared away.
        journal_head: the last one's hash.
        problems: what is wrong with either book, or between them, in words.
        remarks: what an auditor should know and nobody has done wrong.
    """

    account: Account
    journal_rows: int
    journal_first: int
    journal_head: str
    problems: tuple[str, ...]
    remarks: tuple[str, ...]


def audit(here: Locations, heads: tuple[str, ...]) -> Audit:
    """Prove both books, and hold one against the other; a machine may work meanwhile.

    Args:
        here: where they lie.
        heads: of the journal, noted earlier.

    Raises:
        LedgerError: the ledger cannot be read at all.
        JournalError: the journal cannot.
    """
    with read_only(here.ledger_path) as ledger:
        witness = Witness(newest_item(ledger))
    begins_with: list[Record] = []

    def take(record: Record) -> None:
        if not begins_with:
            begins_with.append(record)
        witness.take(record.seq, record.event, record.data)

    proof = verify(here.journal_path, build(CHART), heads=heads, each=take)
    checked = check(here.ledger_path)
    from_the_first = [(row.seq, row.event) for row in begins_with] == [(1, STARTED)]
    with read_only(here.ledger_path) as ledger:
        account = witness.held_against(ledger, from_the_first=from_the_first)
    return Audit(
        account=account,
        journal_rows=proof.rows,
        journal_first=proof.first,
        journal_head=proof.head,
        problems=(
            *(f"journal: {one}" for one in proof.problems),
            *(
                f"ledger: {one.kind.value}: {one.row}: {one.what}".replace(": : ", ": ")
                for one in checked.violations
            ),
            *(f"both: {one}" for one in account.contradictions),
        ),
        remarks=proof.remarks,
    )


def lines(found: Audit) -> Iterator[str]:
    """Yield what to tell people."""
    yield from found.problems
    yield from (f"note: {one}" for one in found.remarks)
    account = found.account
    yield (
        f"{account.items} items: {account.taken} fell into the bin, {account.returned} went back, "
        f"{account.items - account.taken - account.returned} not settled"
    )
    yield (
        f"of the {account.taken} in the bin the server has {account.credited}, {account.waiting} "
        f"wait, {account.dead} were given up; the journal saw {account.confirmed} of them fall"
    )
    yield (
        f"the journal knows {account.witnessed} of the {account.items} items, by "
        f"{found.journal_rows} rows from {found.journal_first} on; its head is {found.journal_head}"
    )
    yield f"{len(found.problems)} problem(s)" if found.problems else "nothing is wrong"
