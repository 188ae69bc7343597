"""People and testers in front of a world that runs in another process."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from drivers.ports import WrongAnswerError
from drivers.sim.caller import Caller, RefusalError
from drivers.sim.link import Scalar
from rvm_edge.simulator.faults import Fault
from rvm_edge.simulator.tricks import Trick
from rvm_edge.simulator.truth import InsertedItem, Specimen, Truth
from rvm_edge.simulator.window import View
from rvm_edge.simulator.world import ImpossibleError

T = TypeVar("T")


class RemotePeople:
    """The people's verbs of a remote world. Each may raise `DeviceGoneError` when it is gone."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    async def insert(self, name: str) -> InsertedItem:
        """Put the named specimen in.

        Raises:
            ImpossibleError: the gate is not open, or there is no such specimen.
        """
        return await self._call(InsertedItem, "person.insert", name=name)

    async def insert_when_open(self, name: str) -> InsertedItem:
        """Wait for an open gate and an empty chamber, and put the named specimen in."""
        return await self._call(InsertedItem, "person.insert_when_open", name=name)

    async def attempt(self, trick: Trick, name: str) -> InsertedItem:
        """Try a trick with the named bottle as soon as the gate is open."""
        return await self._call(InsertedItem, "person.attempt", trick=trick.value, name=name)

    async def await_fate(self, number: int) -> InsertedItem:
        """Wait until the item of that number no longer lies in the chamber."""
        return await self._call(InsertedItem, "person.await_fate", number=number)

    async def take_back(self) -> tuple[InsertedItem, ...]:
        """Reach in and take everything out of the chamber."""
        return await self._call(tuple[InsertedItem, ...], "person.take_back")

    async def collect(self) -> tuple[InsertedItem, ...]:
        """Take away what the machine returned."""
        return await self._call(tuple[InsertedItem, ...], "person.collect")

    async def hand_in(self) -> None:
        """Leave a hand in the slot."""
        await self._call(type(None), "person.hand_in")

    async def hand_out(self) -> None:
        """Take the hand out of the slot."""
        await self._call(type(None), "person.hand_out")

    async def open_door(self) -> None:
        """Open the service door."""
        await self._call(type(None), "person.open_door")

    async def close_door(self) -> None:
        """Close the service door."""
        await self._call(type(None), "person.close_door")

    async def empty_chamber(self) -> tuple[InsertedItem, ...]:
        """Take everything out of the chamber through the open service door."""
        return await self._call(tuple[InsertedItem, ...], "person.empty_chamber")

    async def set_bin_pct(self, pct: float) -> None:
        """Fill or empty the bin."""
        await self._call(type(None), "person.set_bin", pct=pct)

    async def inject(
        self, fault: Fault, value: float | None = None, times: int | None = None
    ) -> None:
        """Put a fault in force; see `FaultBoard.inject`."""
        await self._call(type(None), "fault.inject", fault=fault.value, value=value, times=times)

    async def clear(self, fault: Fault | None = None) -> None:
        """Take a fault, or all of them, out of force."""
        await self._call(type(None), "fault.clear", fault=fault.value if fault else None)

    async def power_cut(self) -> None:
        """Cut the machine's power."""
        await self._call(type(None), "power.cut")

    async def power_on(self) -> None:
        """Give the power back."""
        await self._call(type(None), "power.on")

    async def audit(self) -> Truth:
        """Return the account of every item as of now."""
        return await self._call(Truth, "world.audit")

    async def in_chamber(self) -> tuple[InsertedItem, ...]:
        """Return what lies in the chamber."""
        return await self._call(tuple[InsertedItem, ...], "world.in_chamber")

    async def specimens(self) -> tuple[Specimen, ...]:
        """Return what may be inserted."""
        return await self._call(tuple[Specimen, ...], "world.specimens")

    async def view(self) -> View:
        """Return what can be seen now."""
        return await self._call(View, "world.view")

    async def _call(self, kind: type[T], verb: str, **arguments: Scalar) -> T:
        try:
            raw = await self._caller.call(verb, arguments)
            return msgspec.json.decode(raw, type=kind, dec_hook=_from_plain)  # noqa: TID251 - a hook
        except RefusalError as refusal:
            raise ImpossibleError(refusal.message) from refusal
        except (ValueError, RecursionError) as nonsense:  # msgspec's own errors are ValueErrors
            raise WrongAnswerError(f"{verb}: {nonsense}") from nonsense


def _from_plain(kind: type[object], value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(f"{kind.__name__} has no JSON form")
