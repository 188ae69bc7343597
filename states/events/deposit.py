"""One item on its way through the machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rvm_edge.statechart.definition import Event


@dataclass(frozen=True)
class ItemInserted(Event):
    """An item lies behind the closed gate, and the ledger has it."""

    client_uuid: str

    name: ClassVar[str] = "item.inserted"


@dataclass(frozen=True)
class PicturesTaken(Event):
    """The item's pictures wait for the eyes."""

    client_uuid: str
    frames: int

    name: ClassVar[str] = "pictures.taken"


@dataclass(frozen=True)
class CaptureFailed(Event):
    """There is no usable picture of the item."""

    client_uuid: str
    why: str

    name: ClassVar[str] = "capture.failed"


@dataclass(frozen=True)
class VerdictGiven(Event):
    """The eyes decided, and the ledger has it."""

    client_uuid: str
    accepted: bool
    reason: str

    name: ClassVar[str] = "verdict"


@dataclass(frozen=True)
class ItemDropped(Event):
    """The item is in the bin, and the ledger has it."""

    client_uuid: str

    name: ClassVar[str] = "item.dropped"


@dataclass(frozen=True)
class ItemReturned(Event):
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


@dataclass(frozen=True)
class ItemInDoubt(Event):
    """The mechanism did not say what it did with the item."""

    client_uuid: str
    why: str

    name: ClassVar[str] = "item.in_doubt"
