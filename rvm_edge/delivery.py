"""The words for what is delivered to the server, shared by the ledger and the bridges.

Types only. The ledger says what waits; a bridge sends it and says what the server's answer proves.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

import msgspec

from rvm_edge.identity import Registration
from rvm_edge.item import SessionMode


class Record(msgspec.Struct, frozen=True):
    """One dropped item, as the server is told of it.

    Attributes:
        client_uuid: the item's identity for life: the idempotency key, the same in every try.
        session_id: the deposit it belongs to.
        mode: whose it was.
        owner: the user's id at the server; "" for a guest.
        label: what the eyes took it for, such as ``mineral``.
        weight_g: None where no scale is mapped.
        dropped_at_s: when it was settled, in seconds of the Unix epoch, by the server's clock as
            far as it is known.
        taken_by: as whom the machine was known when it took the item; None where nobody said.
    """

    client_uuid: str
    session_id: str
    mode: SessionMode
    owner: str
    label: str
    weight_g: float | None
    dropped_at_s: int
    taken_by: Registration | None = None


class Parcel(msgspec.Struct, frozen=True):
    """One item's picture, to be kept by the server.

    Attributes:
        client_uuid: the item's identity.
        session_id: the deposit it belongs to.
        accepted: what the eyes said.
        reason: why.
        label: the class that decided, or "".
        confidence: 0 to 1.
        weight_g: None where no scale is mapped.
        model_hash: SHA-256 of the model's file, in hex.
        elapsed_ms: how long the verdict took.
        jpeg: the picture.
        taken_by: as whom the machine was known when it took the item; None where nobody said.
    """

    client_uuid: str
    session_id: str
    accepted: bool
    reason: str
    label: str
    confidence: float
    weight_g: float | None
    model_hash: str
    elapsed_ms: float
    jpeg: bytes
    taken_by: Registration | None = None


class Proof(Enum):
    """What the server's answer, or its silence, proves about what was sent."""

    TAKEN = "taken"
    """All of it is at the server."""

    SOME_TAKEN = "some_taken"
    """Some of it is, and the answer does not say which."""

    ROLLED_BACK = "rolled_back"
    """None of it is: the server failed over something in it and took all of it back."""

    REFUSED = "refused"
    """None of it is, and it never will be as it stands: it is malformed or too large."""

    NOT_ALLOWED = "not_allowed"
    """None of it is: this machine's key may not make this call at all."""

    NOT_NOW = "not_now"
    """None of it is: the server is not reached, or asks for patience. Nothing arrived there."""

    UNKNOWN = "unknown"
    """It was sent, and no answer came that can be believed: it may be there or not."""


class Receipt(msgspec.Struct, frozen=True):
    """What became of one request.

    Attributes:
        proof: what is known now.
        why: in words for a technician; "" when all was taken.
        errors: what the server said about single entries, as it said it.
        retry_after_s: how long it asked to be left alone; None if it did not.
    """

    proof: Proof
    why: str = ""
    errors: tuple[str, ...] = ()
    retry_after_s: float | None = None


class Carrier(Protocol):
    """Sends what waits. Implemented by the cloud bridge; never raises for a dead network."""

    async def send_records(self, records: Sequence[Record]) -> Receipt:
        """Tell the server of dropped items, in one request."""
        ...

    async def send_picture(self, parcel: Parcel) -> Receipt:
        """Give the server one item's picture."""
        ...

    def server_epoch_s(self, monotonic_s: float) -> float | None:
        """Return what the server's clock showed at that monotonic moment; None while unknown."""
        ...
