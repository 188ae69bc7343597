"""What a technician may look up in the machine's memory: pages of it, each of a bounded size."""

from __future__ import annotations

from enum import Enum
from typing import Final, Protocol

import msgspec

from rvm_edge.bridges.local.both_words import BothWords
from rvm_edge.bridges.local.condition import Model
from rvm_edge.item import Reason, SessionMode

QUEUE_ROWS: Final = 50
EVIDENCE_ROWS: Final = 8
"""So many pictures are fetched at once: one page of the gallery."""

JOURNAL_ROWS: Final = 100

Box = tuple[float, float, float, float]


class Delivery(Enum):
    """Why an item is not at the server yet."""

    WAITING = "waiting"
    AMBIGUOUS = "ambiguous"
    """Sent, and no answer that could be believed came: it may be there."""

    HELD = "held"
    """Taken when the machine was known as another one; kept for when it is that one again."""

    DEAD = "dead"
    """Given up: the server does not take it as it stands."""


class QueuedItem(msgspec.Struct, frozen=True):
    """One item that the server is not known to have. Nothing here says whose it is.

    Attributes:
        client_uuid: its identity.
        delivery: how that stands.
        mode: a guest's or a user's.
        label: what the eyes took it for.
        since: when it dropped, ISO 8601 in UTC.
        tries: how many requests with it were begun.
        last_error: what the last of them met, in one short line; "" if nothing did.
    """

    client_uuid: str
    delivery: Delivery
    mode: SessionMode
    label: str
    since: str
    tries: int
    last_error: str


class QueuePage(msgspec.Struct, frozen=True):
    """The beginning of the queue.

    Attributes:
        total: how many items there are altogether.
        dead: of these, given up.
        pictures: how many pictures wait besides.
        items: those given up, then those that wait, each the oldest first.
    """

    total: int
    dead: int
    pictures: int
    items: tuple[QueuedItem, ...]


class KeptItem(msgspec.Struct, frozen=True):
    """One item whose picture lies in the machine.

    Attributes:
        number: rises with every picture; the next page is asked for with it.
        client_uuid: the item's identity.
        at: when the picture was kept, ISO 8601 in UTC.
        accepted: the verdict.
        reason: its reason.
        label: the class that decided, or "".
        confidence: that class's, 0 to 1.
        size: of what is kept of it, in bytes.
        uploaded: the server has it, too.
        box: left, top, right, bottom of what decided, each as a share of the picture's width or
            height; null where nothing did, or where it is not known.
        has_cut_out: what the second judge took for the item lies beside the picture.
        picture: its path on this bridge, for a minute.
        cut_out: likewise of the item on grey; "" where there is none.
        words: what people were told of that verdict; null from a machine that does not say it.
    """

    number: int
    client_uuid: str
    at: str
    accepted: bool
    reason: Reason
    label: str
    confidence: float
    size: int
    uploaded: bool
    box: Box | None = None
    has_cut_out: bool = False
    picture: str = ""
    cut_out: str = ""
    words: BothWords | None = None


class EvidencePage(msgspec.Struct, frozen=True):
    """Some of the pictures that lie in the machine.

    Attributes:
        total: how many there are altogether.
        more: older ones follow on another page.
        items: the newest first.
    """

    total: int
    more: bool
    items: tuple[KeptItem, ...]


class JournalLine(msgspec.Struct, frozen=True):
    """One step of the machine, as its journal has it.

    Attributes:
        seq: its place in the journal.
        at: when, ISO 8601 by the clock of the machine's site.
        event: what happened.
        where: the active leaves afterwards.
        detail: what the event carried, in one short line.
    """

    seq: int
    at: str
    event: str
    where: tuple[str, ...]
    detail: str


class JournalPage(msgspec.Struct, frozen=True):
    """The end of the journal.

    Attributes:
        gap: lines between the one that was named and the first of these are left out.
        lines: oldest first.
    """

    gap: bool
    lines: tuple[JournalLine, ...]


class Records(Protocol):
    """What the machine remembers. Only read; nothing waits for whoever looks."""

    async def model(self) -> Model:
        """Return which model the eyes look through, and how they are."""
        ...

    async def queue(self, most: int) -> QueuePage:
        """Return the beginning of the queue, `most` items at most.

        Raises:
            RefusedError: it cannot be read.
        """
        ...

    async def evidence(self, before: int, most: int) -> EvidencePage:
        """Return the newest pictures whose number is below `before`; 0 for the newest of all.

        Raises:
            RefusedError: they cannot be read.
        """
        ...

    async def journal(self, after: int, most: int) -> JournalPage:
        """Return the last lines behind line `after`; 0 for the last ones of all.

        Raises:
            RefusedError: it cannot be read.
        """
        ...
