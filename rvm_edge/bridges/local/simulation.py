"""What a page may do to a machine that is simulated, and what it sees of its world.

Only a daemon that runs such a world in its own process has a `SimulatedWorld`. Without one, which
is what every real machine is, the requests are refused and the page is told so in the `hello`.
"""

from __future__ import annotations

from enum import Enum
from typing import Protocol

import msgspec


class Thing(Enum):
    """What people put into the slot."""

    EMPTY_PET = "empty_pet"
    FILLED_PET = "filled_pet"
    CAN = "can"
    GLASS = "glass"
    MILK = "milk"
    YOGURT = "yogurt"
    DETERGENT = "detergent"
    SHAMPOO = "shampoo"
    SAUCE = "sauce"
    TWO_THINGS = "two_things"
    OTHER = "other"


class Condition(Enum):
    """What holds in the world until somebody changes it."""

    HAND_IN_SLOT = "hand_in_slot"
    DOOR_OPEN = "door_open"
    BIN_FULL = "bin_full"
    SORTER_JAMMED = "sorter_jammed"
    CONTROLLER_UNPLUGGED = "controller_unplugged"
    INTERNET_CUT = "internet_cut"
    VISITORS_COME = "visitors_come"
    """People come by themselves while nobody else is at the machine."""


class Incident(Enum):
    """What happens at once and is over."""

    TAKE_BACK = "take_back"
    """The person takes what the machine has given back."""

    EYES_KILLED = "eyes_killed"
    """Whoever looks at the pictures dies."""


class WorldNow(msgspec.Struct, frozen=True, kw_only=True):
    """How the simulated world is.

    Attributes:
        things: what can be put in.
        possible: the conditions that can be changed here.
        holding: those that hold.
        given_back: something that the machine gave back lies in the slot.
    """

    things: tuple[Thing, ...]
    possible: tuple[Condition, ...]
    holding: tuple[Condition, ...] = ()
    given_back: bool = False


class SimulatedWorld(Protocol):
    """The people, the mishaps and the internet around a machine that is none.

    Each verb may be cancelled at any await, when it took too long.
    """

    def now(self) -> WorldNow:
        """Return how the world is."""
        ...

    async def insert(self, thing: Thing) -> str:
        """Put a thing in once the slot is open; return which one it was, in a few words.

        Raises:
            RefusedError: the slot did not open.
        """
        ...

    async def change(self, condition: Condition, *, holds: bool) -> None:
        """Let a condition hold, or hold no more; one that is as wanted stays so.

        Raises:
            RefusedError: this world has no such condition.
        """
        ...

    async def happen(self, incident: Incident) -> None:
        """Let something happen.

        Raises:
            RefusedError: it cannot happen now.
        """
        ...
