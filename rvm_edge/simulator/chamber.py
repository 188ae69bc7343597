"""Where every item is: in the chamber, in the air, in the bin, in the slot's mouth, or gone."""

from __future__ import annotations

from msgspec.structs import replace

from rvm_edge.simulator.truth import Fate, InsertedItem, Specimen


class Chamber:
    """The items and their places. It knows no time but what it is told.

    Attributes:
        hand_until_s: until when the hand of an insertion is in the slot.
        changed_at_s: when something last came into the chamber or left it.
        in_bin: how many items have landed in the bin.
    """

    def __init__(self) -> None:
        self._items: list[InsertedItem] = []
        self._inside: list[int] = []
        self._mouth: list[int] = []
        self.hand_until_s = 0.0
        self.changed_at_s = float("-inf")
        self.in_bin = 0

    @property
    def items(self) -> tuple[InsertedItem, ...]:
        """Every insertion, in order."""
        return tuple(self._items)

    def item(self, number: int) -> InsertedItem:
        """Return one insertion."""
        return self._items[number - 1]

    @property
    def inside(self) -> tuple[InsertedItem, ...]:
        """What lies in the chamber now."""
        return tuple(self._items[number - 1] for number in self._inside)

    @property
    def mouth_is_free(self) -> bool:
        """Whether no returned item lies in the slot's mouth."""
        return not self._mouth

    def insert(self, specimen: Specimen, now_s: float, hand_s: float) -> InsertedItem:
        """Put `specimen` in; the hand stays in the slot for `hand_s`."""
        item = InsertedItem(
            number=len(self._items) + 1,
            specimen=specimen,
            fate=Fate.IN_CHAMBER,
            inserted_at_s=now_s,
            joined=self._inside[0] if self._inside else None,
        )
        self._items.append(item)
        self._inside.append(item.number)
        self.hand_until_s = now_s + hand_s
        self.changed_at_s = now_s
        return item

    def let_go(self, now_s: float) -> tuple[int, ...]:
        """Take everything out of the chamber, into the air; return the numbers."""
        gone = tuple(self._inside)
        for number in gone:
            item = self._items[number - 1]
            self._items[number - 1] = replace(item, falls=item.falls + 1)
        if gone:
            self._inside.clear()
            self.changed_at_s = now_s
        return gone

    def fall_back(self, numbers: tuple[int, ...], now_s: float) -> None:
        """Let what was in the air land in the chamber again."""
        if numbers:
            self._inside[:0] = numbers
            self.changed_at_s = now_s

    def land_in_bin(self, numbers: tuple[int, ...], now_s: float) -> None:
        """Let what was in the air land in the bin."""
        self._settle(numbers, Fate.DROPPED, now_s)
        self.in_bin += len(numbers)

    def land_in_mouth(self, numbers: tuple[int, ...], now_s: float) -> None:
        """Let what was pushed out lie in the slot's mouth."""
        self._settle(numbers, Fate.RETURNED, now_s)
        self._mouth.extend(numbers)

    def clear_mouth(self) -> tuple[InsertedItem, ...]:
        """Somebody takes away what lies in the mouth; return it."""
        taken = tuple(self._items[number - 1] for number in self._mouth)
        self._mouth.clear()
        return taken

    def take_out(self, now_s: float, hand_s: float) -> tuple[InsertedItem, ...]:
        """Somebody reaches in and takes everything out of the chamber; return it."""
        taken = tuple(self._inside)
        self._settle(taken, Fate.TAKEN_BACK, now_s)
        if taken:
            self._inside.clear()
            self.changed_at_s = now_s
        self.hand_until_s = now_s + hand_s
        return tuple(self._items[number - 1] for number in taken)

    def pull_out(self, numbers: tuple[int, ...], now_s: float, takes_s: float) -> None:
        """Somebody pulls what is in the air out through the slot; it is in the slot meanwhile."""
        self._settle(numbers, Fate.TAKEN_BACK, now_s)
        if numbers:
            self.hand_until_s = now_s + takes_s

    def _settle(self, numbers: tuple[int, ...], fate: Fate, now_s: float) -> None:
        for number in numbers:
            item = self._items[number - 1]
            self._items[number - 1] = replace(item, fate=fate, settled_at_s=now_s)
