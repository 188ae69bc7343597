"""POST /edge/sync-offline: what the machine sends.

Two generations of the server read this one body: ``session_id`` is what the newer one recognises a
repetition by, so it is the item's own identity and not its deposit's. Both drop the offset of an
ISO 8601 time and keep its wall clock, each in its own zone; seconds of the epoch as a decimal text
are stored right by both, and a JSON number is refused by the newer one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from rvm_edge.delivery import Record
from rvm_edge.item import SessionMode

_USER_ID = re.compile(r"[0-9]{1,18}")
_MOST_TYPE = 100


class SyncItem(msgspec.Struct, frozen=True):
    """One item; `weight` in grams, 0 where there is no scale. Points are added up as sent."""

    type: str
    weight: float
    points: int


class SyncTransaction(msgspec.Struct, frozen=True):
    """One deposit as the server understands it: here always one item."""

    client_uuid: str
    session_id: str
    user_id: int
    type: str
    timestamp: str
    items: tuple[SyncItem, ...]


class SyncRequest(msgspec.Struct, frozen=True):
    """The whole body."""

    transactions: tuple[SyncTransaction, ...]


class UndeliverableError(Exception):
    """A record can never be taken by the server as it stands. The message says why."""


def transaction_of(record: Record, donation_user_id: int, points_per_item: int) -> SyncTransaction:
    """Put a record into the server's words.

    Args:
        record: what is to be told.
        donation_user_id: whom a guest's donation goes to.
        points_per_item: what a user earns for it; a guest's donation earns nothing.

    Raises:
        UndeliverableError: its owner is no number, and the server knows users by numbers.
    """
    guest = record.mode is SessionMode.GUEST
    if not guest and not _USER_ID.fullmatch(record.owner):
        raise UndeliverableError(
            f"item {record.client_uuid}: its owner is no number, and the server knows no others"
        )
    item = SyncItem(
        type=record.label[:_MOST_TYPE] or "unknown",
        weight=record.weight_g or 0,
        points=0 if guest else points_per_item,
    )
    return SyncTransaction(
        client_uuid=record.client_uuid,
        session_id=record.client_uuid,
        user_id=donation_user_id if guest else int(record.owner),
        type="GUEST_DONATION" if guest else "USER_DEPOSIT",
        timestamp=str(record.dropped_at_s),
        items=(item,),
    )


def sync_body(
    records: Sequence[Record], donation_user_id: int, points_per_item: int
) -> SyncRequest:
    """Put several records into one body, in their order.

    Raises:
        UndeliverableError: one of them can never be taken.
    """
    return SyncRequest(
        tuple(transaction_of(record, donation_user_id, points_per_item) for record in records)
    )
