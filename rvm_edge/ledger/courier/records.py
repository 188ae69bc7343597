"""Brings dropped items to the server: in their order, none lost, each doubt counted."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import trio

from rvm_edge.delivery import Carrier, Proof, Receipt
from rvm_edge.ledger.clock import Clock
from rvm_edge.ledger.courier.aside import ALONE, SetAside, travelling_together
from rvm_edge.ledger.courier.pause import Pause
from rvm_edge.ledger.courier.rest import Rest
from rvm_edge.ledger.courier.rounds import round_after_round
from rvm_edge.ledger.courier.writing import keep_proof
from rvm_edge.ledger.outbox import Outbox
from rvm_edge.ledger.outbox_rows import WaitingRecord
from rvm_edge.settings.cloud import CloudSettings

Batch = tuple[WaitingRecord, ...]
Mark = Callable[[Sequence[str], str], Awaitable[None]]

IN_A_ROW = 3
"""So many records may be given up without one that is taken: more is the server's own fault."""

PROBES = 5
"""So many records are tried in turn, each alone, while the server takes nothing."""

PATIENCE = 100
"""After so many tries a record is given up even if nothing else is taken either: some hours."""

_GUILTY = (Proof.ROLLED_BACK, Proof.REFUSED)


class RecordCourier:
    """Delivers the outbox.

    Attributes:
        delivered: records delivered since the start of this process.
        in_progress: records in the request that is under way.
        pause: how long the server is left alone, and why.
    """

    def __init__(
        self,
        outbox: Outbox,
        carrier: Carrier,
        settings: CloudSettings,
        *,
        rest: Rest,
        clock: Clock,
        chance: Callable[[], float],
    ) -> None:
        self.delivered = 0
        self.in_progress = 0
        self.pause = Pause(settings.request, chance)
        self._outbox = outbox
        self._carrier = carrier
        self._clock = clock
        self._rest = rest
        self._aside = SetAside(settings.request, chance)
        self._most = settings.sync.batch_items
        self._size = self._most
        self._given_up_in_a_row = 0
        self._is_backlog = False

    async def deliver(self) -> None:
        """Deliver while not cancelled. A request that is cut off leaves its records ambiguous."""
        await round_after_round(self.pause, self._round)

    async def _round(self) -> None:
        """Take the next batch as far as it goes, or wait for one."""
        await self.pause.over()
        news = self._outbox.news.next_ring()
        await self._anchor()
        found = await self._outbox.next_batch(self._most + 1, after=self._aside.after())
        if not found:
            with trio.move_on_after(self._aside.left_s()):
                await news.wait()
            return
        # What fits in one request is today's: it goes at once, while somebody is at the machine.
        self._is_backlog = len(found) > self._most
        if self._given_up_in_a_row < IN_A_ROW:
            await self._bring(deque([travelling_together(found, self._size)]))
        else:
            await self._bring(deque((one,) for one in found[:PROBES]))

    async def _bring(self, todo: deque[Batch]) -> None:
        """Deliver in this order; halve what is refused until the guilty one stands alone."""
        taken = False
        suspects: list[tuple[WaitingRecord, Receipt]] = []
        while todo:
            if self._is_backlog:
                await self._rest.over()
            part = todo.popleft()
            receipt = await self._send(part)
            proof, alone = receipt.proof, len(part) == 1
            if proof is Proof.TAKEN:
                taken = True
                await self._settle(part)
            elif proof in _GUILTY and not alone:
                await self._keep(self._outbox.mark_not_arrived, part, receipt)
                todo.extendleft((part[len(part) // 2 :], part[: len(part) // 2]))
            elif proof in _GUILTY:
                await self._keep(self._outbox.mark_not_arrived, part, receipt)
                suspects.append((part[0], receipt))
            elif proof is Proof.SOME_TAKEN and not alone:
                await self._keep(self._outbox.mark_ambiguous, part, receipt)
                todo.extendleft((one,) for one in reversed(part))
            elif proof is Proof.SOME_TAKEN and receipt.errors:
                # Perhaps it is there in spite of the complaint: the mark stays.
                await self._bury(part[0], "; ".join(receipt.errors))
            else:
                await self._stop(part, receipt)
                break
        await self._judge(suspects, server_is_well=taken)

    async def _send(self, part: Batch) -> Receipt:
        await self._outbox.mark_sent(_uuids(part))
        self.in_progress = len(part)
        try:
            return await self._carrier.send_records([one.record for one in part])
        finally:
            self.in_progress = 0

    async def _settle(self, part: Batch) -> None:
        await keep_proof(partial(self._outbox.mark_delivered, _uuids(part)), self.pause)
        self.delivered += len(part)
        self.pause.succeeded()
        self._aside.answered(part)
        self._given_up_in_a_row = 0
        self._size = min(self._most, self._size * 2)

    async def _judge(
        self, suspects: list[tuple[WaitingRecord, Receipt]], *, server_is_well: bool
    ) -> None:
        """Make dead letters of records that were refused alone; not if the server takes nothing."""
        spared: list[Receipt] = []
        for one, receipt in suspects:
            too_many = self._given_up_in_a_row >= IN_A_ROW and one.attempts < PATIENCE
            if too_many and not server_is_well:
                spared.append(receipt)
                continue
            self._given_up_in_a_row += not server_is_well
            self._aside.answered((one,))
            await self._bury(one, receipt.why)
        if spared:
            self.pause.after(spared[-1])

    async def _bury(self, one: WaitingRecord, why: str) -> None:
        await keep_proof(partial(self._outbox.bury, one.record.client_uuid, why), self.pause)

    async def _stop(self, part: Batch, receipt: Receipt) -> None:
        """Keep what is known of a request that brought nothing on, and leave the server alone."""
        nothing_arrived = receipt.proof in (Proof.NOT_NOW, Proof.NOT_ALLOWED)
        mark = self._outbox.mark_not_arrived if nothing_arrived else self._outbox.mark_ambiguous
        await self._keep(mark, part, receipt)
        self.pause.after(receipt)
        if not nothing_arrived:
            # Perhaps it was too much for the time that an answer may take.
            self._size = max(1, len(part) // 2)
            if part[0].unanswered >= ALONE:
                self._aside.pass_over(part[0], self.pause.left_s)

    async def _keep(self, mark: Mark, part: Batch, receipt: Receipt) -> None:
        await keep_proof(partial(mark, _uuids(part), receipt.why), self.pause)

    async def _anchor(self) -> None:
        mono_s = self._clock.monotonic_s()
        epoch_s = self._carrier.server_epoch_s(mono_s)
        if epoch_s is not None:
            await self._outbox.anchor(mono_s, epoch_s)


def _uuids(batch: Batch) -> tuple[str, ...]:
    return tuple(one.record.client_uuid for one in batch)
