"""What really happened to every item: the account the ledger is judged by."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

import msgspec


class Specimen(msgspec.Struct, frozen=True):
    """A thing that somebody might put into the slot.

    Attributes:
        name: its own name, unique among the specimens.
        picture: what the camera sees of it.
        label: the class of the container, such as ``mineral``; ``none`` for what is no container.
        kind: its material or shape, such as ``pet``, ``can``, ``hand``, ``two_items``.
        weight_g: its whole weight, with what is in it.
        should_accept: true only for one empty PET bottle.
        not_empty: whether there is liquid in it.
        liquid_pct: how full it is.
        glows: whether it shines by itself, as a screen does.
    """

    name: str
    picture: Path
    label: str
    kind: str
    weight_g: float
    should_accept: bool
    not_empty: bool = False
    liquid_pct: float = 0.0
    glows: bool = False


class Fate(Enum):
    """Where an inserted item is."""

    IN_CHAMBER = "in_chamber"
    DROPPED = "dropped"
    RETURNED = "returned"
    TAKEN_BACK = "taken_back"


class InsertedItem(msgspec.Struct, frozen=True):
    """One insertion and what became of it.

    Attributes:
        number: 1 for the first insertion, and so on; the ledger's items come in this order.
        specimen: what was inserted.
        fate: where it is now. A returned item stays `RETURNED` after somebody took it away;
            `TAKEN_BACK` means taken out by hand, before the machine moved it or by a string as it
            fell.
        inserted_at_s: when, on the world's clock.
        settled_at_s: when it got its fate; None while it lies in the chamber.
        joined: number of the item that already lay in the chamber; None if it was empty. The
            machine cannot know of a joined item: it shares the other one's record.
        falls: how often the sorter let it go.
    """

    number: int
    specimen: Specimen
    fate: Fate
    inserted_at_s: float
    settled_at_s: float | None = None
    joined: int | None = None
    falls: int = 0


class Danger(Enum):
    """What must never happen, whatever the host does."""

    GATE_OPEN_WHILE_MOTOR_TURNS = "gate_open_while_motor_turns"
    DOOR_OPEN_WHEN_MOTOR_STARTS = "door_open_when_motor_starts"
    MOTOR_RAN_TOO_LONG = "motor_ran_too_long"
    LIGHT_ON_BEHIND_OPEN_GATE = "light_on_behind_open_gate"
    LIGHT_ON_WHILE_MOTOR_TURNS = "light_on_while_motor_turns"
    LIGHT_LEFT_ON = "light_left_on"
    """It shone on although no picture was taken; see `rvm_edge.simulator.lamp`."""


class Hazard(msgspec.Struct, frozen=True):
    """A danger that came about.

    Attributes:
        danger: which.
        at_s: when, on the world's clock.
    """

    danger: Danger
    at_s: float


class Truth(msgspec.Struct, frozen=True):
    """The whole account.

    Attributes:
        items: every insertion, in order.
        hazards: every danger that came about, in order.
        light_ons: how often the lamp was switched on.
        light_lit_s: how long it shone in all.
        motor_runs: how often the motor started.
    """

    items: tuple[InsertedItem, ...]
    hazards: tuple[Hazard, ...] = ()
    light_ons: int = 0
    light_lit_s: float = 0.0
    motor_runs: int = 0

    def with_fate(self, fate: Fate) -> tuple[InsertedItem, ...]:
        """Return the items of one fate, in order."""
        return tuple(item for item in self.items if item.fate is fate)

    @property
    def dropped(self) -> tuple[InsertedItem, ...]:
        """What lies in the bin."""
        return self.with_fate(Fate.DROPPED)

    @property
    def returned(self) -> tuple[InsertedItem, ...]:
        """What the machine gave back."""
        return self.with_fate(Fate.RETURNED)

    @property
    def in_chamber(self) -> tuple[InsertedItem, ...]:
        """What still lies in the chamber."""
        return self.with_fate(Fate.IN_CHAMBER)

    @property
    def taken_back(self) -> tuple[InsertedItem, ...]:
        """What people pulled out again."""
        return self.with_fate(Fate.TAKEN_BACK)
