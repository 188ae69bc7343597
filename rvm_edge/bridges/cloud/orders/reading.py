"""Reads one order. Never raises, whatever its bytes are."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from rvm_edge.bridges.cloud.orders.allow_list import Denied, Pointless, meaning_of
from rvm_edge.bridges.cloud.orders.ordered import Ordered, identity_of
from rvm_edge.bridges.cloud.orders.payloads import PayloadError
from rvm_edge.bridges.cloud.orders.refusing import refusal
from rvm_edge.orders import Action, Order, Refusal

NamedHash = Callable[[], str | None]
"""Returns the SHA-256, in lower-case hex, of the model that the last handshake named, or None."""


class NothingToDo(msgspec.Struct, frozen=True):
    """An order that is done by being read."""

    order_id: str


def read_order(ordered: Ordered, named_hash: NamedHash) -> Order | Refusal | NothingToDo:
    """Say what an order means here; its age is somebody else's question."""
    order_id = identity_of(ordered)
    means = meaning_of(ordered.word)
    if isinstance(means, Denied):
        return refusal(order_id, ordered.word, means.why)
    if isinstance(means, Pointless):
        return NothingToDo(order_id)
    try:
        told = means.read(ordered.payload)
    except PayloadError as error:
        return refusal(order_id, ordered.word, str(error))
    if means.action is Action.DOWNLOAD_MODEL and told.model_hash != named_hash():
        why = "the last handshake named no model of that hash"
        return refusal(order_id, ordered.word, why)
    return Order(order_id, means.action, told.component, told.motion, told.model_hash, told.url)
