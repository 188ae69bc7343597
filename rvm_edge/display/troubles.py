"""What a technician should look after, gathered from everybody who knows of something."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

import msgspec

from rvm_edge.daemon import Daemon
from rvm_edge.display.causes import Cause, Causes
from rvm_edge.display.fittings import Fittings
from rvm_edge.display.model_in_use import worker_behind
from rvm_edge.ledger.courier import DeliveryStatus
from rvm_edge.uplink import Uplink
from states import paths

_PLACES = {
    paths.UNAUTHORIZED: Cause(
        "server.unauthorized", "the server does not accept this machine's key: import another one"
    ),
    paths.BLOCKED: Cause("server.blocked", "the operator has blocked this machine at the server"),
    paths.FULL: Cause("bin.full", "the bin is full: empty it"),
}


class Troubles(msgspec.Struct, frozen=True):
    """Everybody who may know of something.

    Attributes:
        daemon: where the machine is.
        uplink: what is wrong with the server.
        fittings: which sensors failed, and the eyes.
        causes: why the machine is where it is.
    """

    daemon: Daemon
    uplink: Uplink
    fittings: Fittings
    causes: Causes

    async def now(self) -> tuple[Cause, ...]:
        """Return what is wrong, the gravest first.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        delivery = await self.uplink.courier.status()
        return (*self._of_place(), *self._of_parts(), *self._of_server(delivery))

    def _of_place(self) -> Iterator[Cause]:
        here = self.daemon.runtime.configuration
        if paths.FAULT in here:
            yield self.causes.fault
        if paths.CAPPED in here:
            yield self.causes.cap
        for place, cause in _PLACES.items():
            if place in here:
                yield cause

    def _of_parts(self) -> Iterator[Cause]:
        eyes = self.fittings.eyes
        if eyes is not None and eyes.trouble:
            yield Cause("eyes", eyes.trouble)
        worker = None if eyes is None else worker_behind(eyes.eyes)
        if worker is not None and worker.second_judge.trouble:
            yield Cause("eyes.second_judge", worker.second_judge.trouble)
        for name, why in self.fittings.senses.troubles():
            yield Cause(f"sensor.{name}", why)

    def _of_server(self, delivery: DeliveryStatus) -> Iterator[Cause]:
        for hint in self.uplink.cloud.hints:
            # The line is all that tells one from another.
            yield Cause(f"server.{zlib.crc32(hint.encode()):08x}", hint)
        if delivery.hint and delivery.hint not in self.uplink.cloud.hints:
            yield Cause("delivery", delivery.hint)
        if delivery.dead:
            what = "item is" if delivery.dead == 1 else "items are"
            why = f"{delivery.dead} {what} not taken by the server: see rvm-edge queue"
            yield Cause("delivery.dead", why)
        if delivery.held:
            what = "item was" if delivery.held == 1 else "items were"
            why = f"{delivery.held} {what} taken as another machine, and kept: see rvm-edge queue"
            yield Cause("delivery.held", why)
