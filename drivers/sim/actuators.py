"""The simulated parts that move, shine or tell: gate, sorter, brake, light and the like."""

from __future__ import annotations

import msgspec

from drivers.ports import Signal
from drivers.sim.link import SimulatedWorld, Verb, command, read_yes_or_no

ANSWER_S = 3.0
"""How long an action may take before it counts as unanswered; the ESP32 host's value."""


class SimulatedGate(msgspec.Struct, frozen=True):
    """`drivers.ports.Gate` on a simulated world."""

    world: SimulatedWorld
    timeout_s: float = ANSWER_S

    async def open(self) -> None:
        """Open the slot."""
        await command(self.world, Verb.GATE_OPEN, self.timeout_s)

    async def close(self) -> None:
        """Close the slot."""
        await command(self.world, Verb.GATE_CLOSE, self.timeout_s)


class SimulatedSorter(msgspec.Struct, frozen=True):
    """`drivers.ports.Sorter` on a simulated world."""

    world: SimulatedWorld
    timeout_s: float = ANSWER_S

    @property
    def rests_by_itself(self) -> bool:
        """Say that it does not: `home` moves its platform."""
        return False

    async def home(self) -> None:
        """Close the gate, darken the chamber, bring the platform to rest."""
        await command(self.world, Verb.SORTER_HOME, self.timeout_s)

    async def drop_item(self) -> None:
        """Drop the item into the bin."""
        await command(self.world, Verb.SORTER_DROP, self.timeout_s)

    async def return_item(self) -> None:
        """Push the item back into the slot's mouth."""
        await command(self.world, Verb.SORTER_RETURN, self.timeout_s)


class SimulatedBrake(msgspec.Struct, frozen=True):
    """`drivers.ports.Brake` on a simulated world."""

    world: SimulatedWorld
    timeout_s: float = ANSWER_S

    async def stop(self) -> bool:
        """Stop gate and sorter."""
        await command(self.world, Verb.STOP, self.timeout_s)
        return True


class SimulatedLight(msgspec.Struct, frozen=True):
    """`drivers.ports.Light` on a simulated world."""

    world: SimulatedWorld
    timeout_s: float = ANSWER_S

    async def on(self) -> None:
        """Light the chamber."""
        await command(self.world, Verb.LIGHT_ON, self.timeout_s)

    async def off(self) -> None:
        """Darken the chamber."""
        await command(self.world, Verb.LIGHT_OFF, self.timeout_s)


class SimulatedIndicator(msgspec.Struct, frozen=True):
    """`drivers.ports.Indicator` on a simulated world."""

    world: SimulatedWorld
    timeout_s: float = ANSWER_S

    async def show(self, signal: Signal) -> None:
        """Show `signal`."""
        await command(self.world, Verb.INDICATE, self.timeout_s, {"signal": signal.value})


class SimulatedPulse(msgspec.Struct, frozen=True):
    """`drivers.ports.Pulse` on a simulated world."""

    world: SimulatedWorld
    timeout_s: float = ANSWER_S

    async def beat(self) -> None:
        """Ask the simulated controller for a sign of life."""
        await command(self.world, Verb.BEAT, self.timeout_s)


class SimulatedDoorLock(msgspec.Struct, frozen=True):
    """`drivers.ports.DoorLock` on a simulated world."""

    world: SimulatedWorld
    timeout_s: float = ANSWER_S

    async def lock(self) -> None:
        """Throw the bolt."""
        await command(self.world, Verb.DOOR_LOCK, self.timeout_s)

    async def unlock(self) -> None:
        """Draw the bolt."""
        await command(self.world, Verb.DOOR_UNLOCK, self.timeout_s)

    async def is_open(self) -> bool:
        """Say whether the door stands open."""
        return await read_yes_or_no(self.world, Verb.DOOR_OPEN, self.timeout_s)
