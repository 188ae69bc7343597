"""Brings the items' pictures to the server: accepted ones at once, rejected ones at night."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone, tzinfo
from functools import partial

import trio
from msgspec.structs import replace

from rvm_edge.delivery import Carrier, Proof, Receipt
from rvm_edge.ledger.clock import Clock
from rvm_edge.ledger.courier.pause import Pause
from rvm_edge.ledger.courier.quiet_hours import QuietHours
from rvm_edge.ledger.courier.rest import Rest
from rvm_edge.ledger.courier.rounds import round_after_round
from rvm_edge.ledger.courier.writing import keep_proof
from rvm_edge.ledger.evidence.folder import EvidenceFolder
from rvm_edge.ledger.evidence.rows import WaitingPicture
from rvm_edge.ledger.failures import LedgerUnusableError
from rvm_edge.machine import EyesError
from rvm_edge.settings.cloud import CloudSettings

FRESH = 3
"""So many accepted items' pictures go up while somebody is at the machine; more are a backlog."""

TRIES = 30
"""After so many uploads without an answer that can be believed a picture is given up: it is no
record, and it may be a megabyte each time."""

_TIDY_S = 3600.0


class PictureCourier:
    """Delivers the evidence folder.

    Attributes:
        in_progress: pictures in the request that is under way.
        pause: how long the server is left alone, and why.
    """

    def __init__(
        self,
        evidence: EvidenceFolder,
        carrier: Carrier,
        settings: CloudSettings,
        *,
        rest: Rest,
        clock: Clock,
        chance: Callable[[], float],
        zone: tzinfo | None,
    ) -> None:
        self.in_progress = 0
        self.pause = Pause(settings.request, chance)
        self._evidence = evidence
        self._book = evidence.book
        self._carrier = carrier
        self._clock = clock
        self._rest = rest
        self._quiet = QuietHours(settings.evidence, chance)
        self._zone = zone

    async def deliver(self) -> None:
        """Deliver while not cancelled."""
        await round_after_round(self.pause, self._round)

    async def _round(self) -> None:
        """Send the picture that is due, or wait for one.

        Raises:
            LedgerUnusableError: the disk refuses: pictures and their rows are of one ledger.
        """
        try:
            await self._send_what_is_due()
        except OSError as error:
            why = f"the evidence folder: {error.strerror or error}"
            raise LedgerUnusableError(why) from error

    async def _send_what_is_due(self) -> None:
        await self.pause.over()
        news = self._book.news.next_ring()
        await self._evidence.tidy()
        accepted, rejected = await self._book.count_to_upload()
        if accepted and (accepted <= FRESH or not self._rest.now):
            await self._bring(accepted=True)
            return
        quiet_s = self._quiet.wait_s(self._local_time()) if rejected else _TIDY_S
        if accepted or (rejected and quiet_s == 0 and self._rest.now):
            await self._rest.over()
        elif rejected and quiet_s == 0:
            await self._bring(accepted=False)
        else:
            with trio.move_on_after(min(quiet_s, _TIDY_S)):
                await news.wait()

    async def _bring(self, *, accepted: bool) -> None:
        picture = await self._book.next_to_upload(accepted=accepted)
        if picture is None:
            return
        uuid = picture.parcel.client_uuid
        jpeg = await self._evidence.read(uuid)
        if jpeg is None:
            return
        await self._book.mark_tried(uuid)
        self.in_progress = 1
        try:
            receipt = await self._carrier.send_picture(replace(picture.parcel, jpeg=jpeg))
        finally:
            self.in_progress = 0
        if receipt.proof is Proof.TAKEN:
            await keep_proof(partial(self._book.mark_uploaded, uuid), self.pause)
            self.pause.succeeded()
        elif receipt.proof is Proof.REFUSED:
            await self._make_smaller(picture, jpeg, receipt)
        else:
            await self._failed(picture, receipt)

    async def _make_smaller(self, picture: WaitingPicture, jpeg: bytes, receipt: Receipt) -> None:
        """Try half the size, once; a picture that is refused again is given up."""
        uuid, why = picture.parcel.client_uuid, receipt.why or "the server refused it"
        if not picture.reduced:
            try:
                await self._evidence.reduce(picture, jpeg)
            except EyesError as error:
                why = f"{why}; it cannot be made smaller: {error}"
            else:
                return
        await keep_proof(partial(self._book.give_up, uuid, why), self.pause)

    async def _failed(self, picture: WaitingPicture, receipt: Receipt) -> None:
        uuid = picture.parcel.client_uuid
        nothing_sent = receipt.proof in (Proof.NOT_NOW, Proof.NOT_ALLOWED)
        if picture.attempts + 1 >= TRIES and not nothing_sent:
            why = f"no answer to {TRIES} uploads could be believed; the last: {receipt.why}"
            await keep_proof(partial(self._book.give_up, uuid, why), self.pause)
        elif nothing_sent:
            await keep_proof(partial(self._book.take_try_back, uuid, receipt.why), self.pause)
        else:
            await keep_proof(partial(self._book.mark_failed, uuid, receipt.why), self.pause)
        self.pause.after(receipt)

    def _local_time(self) -> datetime:
        """Return the local time, by the server's clock if it is known."""
        epoch_s = self._carrier.server_epoch_s(self._clock.monotonic_s())
        now = (
            self._clock.wall() if epoch_s is None else datetime.fromtimestamp(epoch_s, timezone.utc)
        )
        return now.astimezone(self._zone)
