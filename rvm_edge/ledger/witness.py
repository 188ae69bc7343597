"""Holds the ledger against the other book: what the journal saw happen to every item.

The ledger is written first, and the journal tells of the same item a moment later; neither knows of
the other's rows. So whoever changes one of them, or puts an older copy in its place, leaves the two
in contradiction. What a power cut comes between is not held against anybody: such an item was in
doubt, or it is the newest.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from rvm_edge.item import ItemState, Outcome

INSERTED: Final = "item.inserted"
VERDICT: Final = "verdict"
ENDS: Final = {"item.dropped": Outcome.DROPPED, "item.returned": Outcome.RETURNED}
MOST_CONTRADICTIONS: Final = 100


class Account(msgspec.Struct, frozen=True):
    """What both books say together.

    Attributes:
        items: how many the ledger has.
        taken: how many fell into the bin.
        confirmed: of those, how many the journal saw fall; of the others the sensors told
            afterwards, or they are older than the journal that is here.
        returned: how many went back.
        credited: taken, and proved to be at the server.
        waiting: taken, and still to be delivered.
        dead: taken, and given up by the delivery.
        witnessed: how many of all items the journal knows.
        contradictions: where the books disagree, at most a hundred lines.
    """

    items: int
    taken: int
    confirmed: int
    returned: int
    credited: int
    waiting: int
    dead: int
    witnessed: int
    contradictions: tuple[str, ...]


@dataclass
class _Seen:
    """What the journal says of one item; each with the row's number."""

    inserted: int = 0
    verdict: tuple[int, bool, str] | None = None
    end: tuple[int, Outcome] | None = None


class Witness:
    """Gathers what the journal's rows say of items, row by row."""

    def __init__(self, newest: int) -> None:
        """Begin, before the journal is read.

        Args:
            newest: the number of the ledger's newest item by now: of later ones, and of this one
                too, the journal may still be to tell while the machine works.
        """
        self._newest = newest
        self._repeated: list[str] = []
        self._seen: dict[str, _Seen] = {}

    def take(self, seq: int, event: str, data: Mapping[str, object]) -> None:
        """Take a row of the journal.

        Args:
            seq: its number.
            event: its event's title.
            data: the event's fields.
        """
        if event not in (INSERTED, VERDICT) and event not in ENDS:
            return
        uuid = str(data.get("client_uuid", ""))
        seen = self._seen.setdefault(uuid, _Seen())
        if event == INSERTED:
            self._note_again(uuid, event, seen.inserted, seq)
            seen.inserted = seq
        elif event == VERDICT:
            self._note_again(uuid, event, seen.verdict[0] if seen.verdict else 0, seq)
            seen.verdict = seq, bool(data.get("accepted")), str(data.get("reason", ""))
        else:
            self._note_again(uuid, event, seen.end[0] if seen.end else 0, seq)
            seen.end = seq, ENDS[event]

    def held_against(self, ledger: sqlite3.Connection, *, from_the_first: bool) -> Account:
        """Compare, and count.

        Args:
            ledger: reading, on one view of the file that is not older than the rows.
            from_the_first: the rows begin where the journal did; otherwise where it first knows of
                an item.

        Raises:
            sqlite3.Error: it cannot be read.
        """
        items = tuple(_items(ledger))
        queue = dict(ledger.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall())
        taken = [item for item in items if item.outcome is Outcome.DROPPED]
        found = [*self._repeated, *self._contradictions(items, from_the_first)]
        return Account(
            items=len(items),
            taken=len(taken),
            confirmed=sum(self._end_of(item.uuid) is Outcome.DROPPED for item in taken),
            returned=sum(item.outcome is Outcome.RETURNED for item in items),
            credited=int(queue.get("delivered", 0)),
            waiting=int(queue.get("waiting", 0)),
            dead=int(queue.get("dead", 0)),
            witnessed=sum(item.uuid in self._seen for item in items),
            contradictions=tuple(found[:MOST_CONTRADICTIONS]),
        )

    def _note_again(self, uuid: str, event: str, before: int, seq: int) -> None:
        if before:
            self._repeated.append(f"item {uuid}: {event} in row {before} and again in row {seq}")

    def _end_of(self, uuid: str) -> Outcome | None:
        seen = self._seen.get(uuid)
        return seen.end[1] if seen and seen.end else None

    def _contradictions(
        self,
        items: tuple[_Item, ...],
        from_the_first: bool,  # noqa: FBT001 - see `held_against`
    ) -> Iterator[str]:
        unknown = self._seen.keys() - {item.uuid for item in items}
        for uuid in sorted(unknown, key=lambda one: self._seen[one].inserted):
            seen = self._seen[uuid]
            row = seen.inserted or (seen.verdict or seen.end or (0,))[0]
            yield (
                f"item {uuid}: the journal knows it from row {row} on, the ledger does not: the "
                "ledger is an older copy, a new one after a damaged one, or another machine's"
            )
        known = (item.number for item in items if item.uuid in self._seen)
        begun = 0 if from_the_first else next(known, self._newest)
        for item in items:
            seen = self._seen.get(item.uuid, _Seen())
            yield from _disagreements(item, seen)
            is_covered = begun <= item.number < self._newest
            if item.was_decided and not item.was_doubted and is_covered:
                yield from _gaps(item, seen)


def newest_item(ledger: sqlite3.Connection) -> int:
    """Return the number of the item that was inserted last; 0 where there was none.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    (number,) = ledger.execute("SELECT coalesce(max(number), 0) FROM items").fetchone()
    return int(number)


def _disagreements(item: _Item, seen: _Seen) -> Iterator[str]:
    if seen.end is not None and seen.end[1] is not item.outcome:
        yield (
            f"item {item.uuid}: row {seen.end[0]} of the journal says {seen.end[1].value}, the "
            f"ledger {item.outcome_told}"
        )
    if seen.verdict is not None and seen.verdict[1:] != (item.accepted, item.reason):
        row, accepted, reason = seen.verdict
        yield (
            f"item {item.uuid}: row {row} of the journal says {_verdict(accepted, reason)}, the "
            f"ledger {_verdict(item.accepted, item.reason)}"
        )


def _gaps(item: _Item, seen: _Seen) -> Iterator[str]:
    if not seen.inserted:
        yield (
            f"item {item.uuid}: the ledger has it as {item.outcome_told}, the journal never saw "
            "it: rows of the journal are missing, or the item was made up"
        )
    elif item.outcome is Outcome.DROPPED and seen.verdict is None:
        yield (
            f"item {item.uuid}: the ledger has it as {item.outcome_told}, the journal knows of no "
            "verdict: rows of the journal are missing, or the item was made up"
        )


class _Item(msgspec.Struct, frozen=True):
    number: int
    uuid: str
    state: ItemState
    outcome: Outcome | None
    accepted: bool | None
    reason: str
    was_decided: bool
    was_doubted: bool

    @property
    def outcome_told(self) -> str:
        return self.outcome.value if self.outcome else self.state.value


def _items(ledger: sqlite3.Connection) -> Iterator[_Item]:
    rows = ledger.execute(
        "SELECT number, client_uuid, state, outcome, accepted, reason, decided_at NOT NULL, "
        "doubted_at NOT NULL FROM items ORDER BY number"
    )
    for number, uuid, state, outcome, accepted, reason, was_decided, was_doubted in rows:
        yield _Item(
            number=int(number),
            uuid=str(uuid),
            state=ItemState(state),
            outcome=None if outcome is None else Outcome(outcome),
            accepted=None if accepted is None else bool(accepted),
            reason=str(reason or ""),
            was_decided=bool(was_decided),
            was_doubted=bool(was_doubted),
        )


def _verdict(accepted: bool | None, reason: str) -> str:  # noqa: FBT001 - a verdict's own word
    if accepted is None:
        return "that nothing was decided"
    return f"{'accepted' if accepted else 'refused'} ({reason})"
