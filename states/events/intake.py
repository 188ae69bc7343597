"""What happens at the slot between two deposits."""

from __future__ import annotations

import uuid
from typing import ClassVar

from rvm_edge.item import SessionMode
from rvm_edge.statechart.definition import Event


class MechanismClear(Event, frozen=True):
    """The mechanism is at rest, the chamber empty, and no item is in doubt."""

    bin_full: bool

    name: ClassVar[str] = "mechanism.clear"


class BinFull(Event, frozen=True):
    """The bin has no room for another item."""

    level_pct: float

    name: ClassVar[str] = "bin.full"


class BinFreed(Event, frozen=True):
    """The bin was emptied."""

    level_pct: float

    name: ClassVar[str] = "bin.freed"


class CapReached(Event, frozen=True):
    """So much waits for a server that is not reached that nothing more may be taken.

    Attributes:
        why: which limit, in words for a technician.
    """

    why: str

    name: ClassVar[str] = "cap.reached"


class CapLifted(Event, frozen=True):
    """There is room for more again."""

    name: ClassVar[str] = "cap.lifted"


class SessionRequested(Event, frozen=True):
    """Somebody wants to deposit: a guest by a touch, a user by the server's word.

    Attributes:
        session_id: a fresh UUID in canonical text.
        mode: ``guest`` or ``user``.
        owner: the user's id at the server; empty for a guest.
    """

    session_id: str
    mode: str
    owner: str = ""

    name: ClassVar[str] = "session.requested"

    def __post_init__(self) -> None:
        """Refuse a session that could not be written to the ledger.

        Raises:
            ValueError: the id is no canonical UUID, the mode is unknown, or a user has no id.
        """
        if str(uuid.UUID(self.session_id)) != self.session_id:
            raise ValueError(f"session_id {self.session_id!r} is not a canonical UUID")
        if bool(self.owner) != (SessionMode(self.mode) is SessionMode.USER):
            raise ValueError("a user's session names its owner, a guest's does not")


class SessionFinished(Event, frozen=True):
    """The person has no more items."""

    name: ClassVar[str] = "session.finished"
