"""One item on its way through the machine."""

from __future__ import annotations

from typing import ClassVar

from rvm_edge.statechart.definition import Event


class ItemInserted(Event, frozen=True):
    """An item lies behind the closed gate, and the ledger has it."""

    client_uuid: str

    name: ClassVar[str] = "item.inserted"


class PicturesTaken(Event, frozen=True):
    """The item's pictures wait for the eyes."""

    client_uuid: str
    frames: int

    name: ClassVar[str] = "pictures.taken"


class CaptureFailed(Event, frozen=True):
    """There is no usable picture of the item."""

    client_uuid: str
    why: str

    name: ClassVar[str] = "capture.failed"


class VerdictGiven(Event, frozen=True):
    """The eyes decided, and the ledger has it."""

    client_uuid: str
    accepted: bool
    reason: str

    name: ClassVar[str] = "verdict"


class ItemDropped(Event, frozen=True):
    """The item is in the bin, and the ledger has it."""

    client_uuid: str

    name: ClassVar[str] = "item.dropped"


class ItemReturned(Event, frozen=True):
    """The item was handed back, and the ledger has it.

    Attributes:
        client_uuid: which item.
        reason: the verdict's reason.
        machine_failed: it went back because of the machine, not because of the item.
    """

    client_uuid: str
    reason: str
    machine_failed: bool

    name: ClassVar[str] = "item.returned"


class ItemInDoubt(Event, frozen=True):
    """The mechanism did not say what it did with the item."""

    client_uuid: str
    why: str

    name: ClassVar[str] = "item.in_doubt"
