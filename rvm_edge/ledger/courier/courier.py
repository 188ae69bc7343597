"""The courier as the chart knows it: records and pictures, side by side, on one link."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import tzinfo

import trio

from rvm_edge.delivery import Carrier
from rvm_edge.ledger.clock import Clock
from rvm_edge.ledger.courier.cap import OfflineCap
from rvm_edge.ledger.courier.pictures import PictureCourier
from rvm_edge.ledger.courier.records import RecordCourier
from rvm_edge.ledger.courier.rest import Rest
from rvm_edge.ledger.courier.status import DeliveryStatus
from rvm_edge.ledger.evidence.folder import EvidenceFolder
from rvm_edge.ledger.outbox import Outbox
from rvm_edge.settings.cloud import CloudSettings


class Courier:
    """Implements `rvm_edge.machine.Courier`."""

    def __init__(
        self,
        outbox: Outbox,
        evidence: EvidenceFolder,
        carrier: Carrier,
        settings: CloudSettings,
        *,
        clock: Clock,
        chance: Callable[[], float] = random.random,
        zone: tzinfo | None = None,
    ) -> None:
        """Nothing starts here; see `deliver`.

        Args:
            outbox: the records that wait.
            evidence: the pictures that wait.
            carrier: sends them.
            settings: how many at once, how many may wait, and when the night is.
            clock: the ledger's own; its monotonic time is the carrier's too.
            chance: a number in [0, 1) each time, for jitter.
            zone: whose night it is; for None the process's own, which is the site's from the moment
                on that one was chosen.
        """
        self._outbox = outbox
        self._evidence = evidence
        self._rest = Rest()
        self._cap = OfflineCap(outbox, settings.sync)
        self._records = RecordCourier(
            outbox, carrier, settings, rest=self._rest, clock=clock, chance=chance
        )
        self._pictures = PictureCourier(
            evidence, carrier, settings, rest=self._rest, clock=clock, chance=chance, zone=zone
        )

    async def deliver(self) -> None:
        """Deliver while not cancelled: records in their order, and pictures.

        Cancelled in the middle of a request, its records stay marked as ambiguous.
        """
        with self._cap.in_touch():
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._records.deliver)
                nursery.start_soon(self._pictures.deliver)

    def begin_anew(self) -> None:
        """Try again at once, whatever was waited for: the machine has new credentials."""
        self._records.pause.begin_anew()
        self._pictures.pause.begin_anew()

    def resting(self) -> AbstractContextManager[None]:
        """Let everything that can wait wait while inside: somebody is at the machine.

        What that person brings still goes at once, unless a backlog waits before it.
        """
        return self._rest.resting()

    async def cap_reached(self) -> str:
        """Say in a few words why nothing more may be taken without the server; "" if it may.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        return await self._cap.reached()

    async def undelivered(self) -> int:
        """Return how many deposits the server is not known to have, given up or not.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        return (await self._outbox.counts()).undelivered

    async def status(self) -> DeliveryStatus:
        """Return how the delivery stands.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        counts = await self._outbox.counts()
        accepted, rejected = await self._evidence.book.count_to_upload()
        return DeliveryStatus(
            waiting=counts.waiting,
            ambiguous=counts.ambiguous,
            dead=counts.dead,
            delivered=self._records.delivered,
            in_progress=self._records.in_progress + self._pictures.in_progress,
            held=counts.held,
            pictures_waiting=accepted + rejected,
            hint=self._records.pause.hint or self._pictures.pause.hint or self._evidence.trouble,
        )
