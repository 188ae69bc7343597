"""What the set-up page shows of the machine around it. Protocols and plain data."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, Protocol

import msgspec

Part = Literal["gate_open", "gate_shut", "sorter", "lamp"]
"""What a held button moves, or lights."""

End = Literal["done", "stopped", "ran_on"]
"""How that ended: it came to its end; it was let go, and stopped; it was let go, and went on to its
end, since the controller cannot stop it."""

LetGo = Callable[[], Awaitable[None]]
"""Returns once a button is let go."""


class Look(msgspec.Struct, frozen=True):
    """One thing that was looked at, as the doctor tells it.

    Attributes:
        name: stable, for programs.
        title: what it is about.
        level: "fine", "note", "warning" or "failure".
        what: what is so.
        why: why that matters.
        todo: what to do about it.
    """

    name: str
    title: str
    level: str
    what: str
    why: str
    todo: str


class Reading(msgspec.Struct, frozen=True):
    """One sensor, now.

    Attributes:
        name: of its port.
        value: as it stands; null where it gave none.
        unit: "%", "g", "°C", or "" for yes and no.
        trouble: why it gave none.
    """

    name: str
    value: bool | float | None
    unit: str = ""
    trouble: str = ""


class Removed(msgspec.Struct, frozen=True):
    """What became of one kind of thing on the disk.

    Attributes:
        name: what it is, in English.
        freed_bytes: what went of it.
        kept_bytes: what lies there and stays.
        why_kept: why that stays; "" where nothing does.
    """

    name: str
    freed_bytes: int
    kept_bytes: int
    why_kept: str


class Cleaned(msgspec.Struct, frozen=True):
    """What the disk was freed of.

    Attributes:
        before_pct: how full it was.
        after_pct: how full it is.
        removed: by kind, the least missed first.
    """

    before_pct: float
    after_pct: float
    removed: Sequence[Removed]


class NotReadError(Exception):
    """The sensor gives nothing. The message says why."""


class NotCleanedError(Exception):
    """The disk was not freed. The message says why."""


class NotMovedError(Exception):
    """The part was not moved. The message says why."""


class NotShownError(Exception):
    """There is no picture. The message says why."""


class Premises(Protocol):
    """The machine, as far as the page may see it, and move a part of it."""

    async def looks(self) -> Sequence[Look]:
        """Look at everything that the machine needs."""
        ...

    async def readings(self) -> Sequence[Reading]:
        """Read its sensors now."""
        ...

    async def picture(self) -> bytes:
        """Take a picture of the chamber, as a JPEG.

        Raises:
            NotShownError: there is none.
        """
        ...

    async def hold(self, part: Part, let_go: LetGo) -> End:
        """Move a part, or light the lamp, for as long as its button is held.

        Whoever is cancelled has let go.

        Raises:
            NotMovedError: it was not moved, or not to its end.
        """
        ...

    @property
    def moves_sorter(self) -> bool:
        """Say whether the sorter can be moved to its start."""
        ...

    @property
    def measures_bin(self) -> bool:
        """Say whether the bin's sensor measures a distance."""
        ...

    async def bin_distance_cm(self) -> float:
        """Measure once how far away the topmost item in the bin is, or its bottom.

        Raises:
            NotReadError: there is no answer, or no such sensor.
        """
        ...

    async def crowded_disk_pct(self) -> float | None:
        """Return how full the disk is; None where it has room, or nobody here may free it."""
        ...

    async def clean(self) -> Cleaned:
        """Free a crowded disk of what may go; what the server is still to get stays.

        Raises:
            NotCleanedError: it has room, or cannot be freed.
        """
        ...
