"""A server that is called without a network, and lies, dies and complains when it is told to."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import trio

from rvm_edge.delivery import Parcel, Proof, Receipt, Record

TAKEN = Receipt(Proof.TAKEN)
LOST_REPLY = Receipt(Proof.UNKNOWN, "the connection was reset while the answer was read")
CUT = Receipt(Proof.UNKNOWN, "the connection was reset while the request was sent")
ROLLED_BACK = Receipt(Proof.ROLLED_BACK, "500: Undefined array key")
REFUSED = Receipt(Proof.REFUSED, "422: The items field is required.")
NOT_NOW = Receipt(Proof.NOT_NOW, "connection refused")
NOT_ALLOWED = Receipt(Proof.NOT_ALLOWED, "401: Unauthenticated.")


@dataclass
class FakeServer:
    """Implements `rvm_edge.delivery.Carrier`, and remembers what reached the server.

    Attributes:
        script: what the next requests meet, the next one first: ``taken``, ``lost`` (stored, but
            the answer is lost), ``cut`` (not stored, and nobody can tell), ``hang`` (stored, and no
            answer ever), ``silence`` (not stored, and no answer ever), or a receipt, with which
            nothing is stored. After the script everything is taken that is not poison.
        poison: identities over which the server rolls a request back.
        strangers: identities that the server leaves out of what it takes, with an error for each.
        killers: identities over which the server falls silent.
        offset_s: the server's clock less the monotonic one; None while nobody knows.
        requests: the identities in each request that was begun.
        stored: how often a record was stored; a server that knows duplicates stores each once.
        records: the last record stored under each identity.
        parcels: every picture that arrived.
        taken_at: when each record was last stored, on trio's clock.
    """

    script: deque[str | Receipt] = field(default_factory=deque)
    picture_script: deque[str | Receipt] = field(default_factory=deque)
    poison: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)
    killers: set[str] = field(default_factory=set)
    offset_s: float | None = None
    takes_s: float = 0.0
    requests: list[tuple[str, ...]] = field(default_factory=list)
    stored: Counter[str] = field(default_factory=Counter)
    records: dict[str, Record] = field(default_factory=dict)
    parcels: list[Parcel] = field(default_factory=list)
    before_request: Callable[[Sequence[Record]], None] = lambda _records: None

    async def send_records(self, records: Sequence[Record]) -> Receipt:
        """Answer as the script says."""
        uuids = tuple(record.client_uuid for record in records)
        self.requests.append(uuids)
        self.before_request(records)
        await trio.sleep(self.takes_s)
        step = self.script.popleft() if self.script else "taken"
        if isinstance(step, Receipt):
            return step
        if step == "cut" or self.killers & set(uuids):
            return CUT
        if step == "silence":
            await trio.sleep_forever()
        if self.poison & set(uuids):
            return ROLLED_BACK
        good = [one for one in records if one.client_uuid not in self.strangers]
        self.stored.update(one.client_uuid for one in good)
        self.records.update((one.client_uuid, one) for one in good)
        if step == "hang":
            await trio.sleep_forever()
        if len(good) < len(records):
            errors = tuple(f"User not found: {uuid}" for uuid in uuids if uuid in self.strangers)
            return Receipt(Proof.SOME_TAKEN, "not all were counted", errors)
        return LOST_REPLY if step == "lost" else TAKEN

    async def send_picture(self, parcel: Parcel) -> Receipt:
        """Answer as the script for pictures says."""
        await trio.sleep(self.takes_s)
        step = self.picture_script.popleft() if self.picture_script else "taken"
        if isinstance(step, Receipt):
            return step
        self.parcels.append(parcel)
        return LOST_REPLY if step == "lost" else TAKEN

    def server_epoch_s(self, monotonic_s: float) -> float | None:
        """Return the server's time, if it is known."""
        return None if self.offset_s is None else monotonic_s + self.offset_s
