"""Holds the ledger against the truth: was every item that fell into the bin credited once?

People remember, when they put an item in, how many items the ledger had settled by then. The
machine handles one item at a time, so what it settles from there to the next insertion is about
that item, or about nothing at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum

import msgspec

from rvm_edge.item import Outcome
from rvm_edge.simulator.truth import Fate, InsertedItem, Truth


class Wrong(Enum):
    """How the books can be wrong."""

    LOST = "lost"
    DUPLICATED = "duplicated"


class Finding(msgspec.Struct, frozen=True):
    """One disagreement.

    Attributes:
        wrong: of which kind.
        what: in words, with the item and what the ledger has of it.
    """

    wrong: Wrong
    what: str


class Row(msgspec.Struct, frozen=True):
    """An item of the ledger.

    Attributes:
        client_uuid: its identity.
        outcome: where it ended; None if that is not settled.
    """

    client_uuid: str
    outcome: Outcome | None


def reconcile(
    truth: Truth, settled_before: Mapping[int, int], rows: Sequence[Row]
) -> tuple[Finding, ...]:
    """Compare the ledger with what really happened to every item.

    Things that lay in the chamber together are one item to the machine, which cannot tell them
    apart: they count as dropped once.

    Args:
        truth: the world's account.
        settled_before: by the number of an item that was put into an empty chamber, how many of
            `rows` were settled at that moment.
        rows: the ledger's, in the order in which they were made.
    """
    loads = _loads(truth.items)
    first = min((settled_before[number] for number in loads), default=len(rows))
    findings = [*_credited("nothing that was put in", rows[:first], dropped=False)]
    numbers = sorted(loads)
    for number, following in zip(numbers, [*numbers[1:], None], strict=True):
        upto = len(rows) if following is None else settled_before[following]
        dropped = any(item.fate is Fate.DROPPED for item in loads[number])
        names = " with ".join(item.specimen.name for item in loads[number])
        what = f"item {number} ({names}), {loads[number][0].fate.value}"
        findings += _credited(what, rows[settled_before[number] : upto], dropped=dropped)
    return tuple(findings)


def _loads(items: Sequence[InsertedItem]) -> dict[int, list[InsertedItem]]:
    """Group what lay in the chamber together, by the number of what lay there first."""
    loads: dict[int, list[InsertedItem]] = {}
    for item in items:
        loads.setdefault(item.joined or item.number, []).append(item)
    return loads


def _credited(what: str, rows: Sequence[Row], *, dropped: bool) -> list[Finding]:
    credits_of_it = [row.client_uuid for row in rows if row.outcome is Outcome.DROPPED]
    if dropped and not credits_of_it:
        known = ", ".join(row.client_uuid for row in rows) or "no record"
        return [Finding(Wrong.LOST, f"{what}: not credited ({known})")]
    surplus = credits_of_it[int(dropped) :]
    return [Finding(Wrong.DUPLICATED, f"{what}: credited as {one}") for one in surplus]
