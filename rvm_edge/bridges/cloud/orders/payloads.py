"""Reads what comes with an order. Every key that is used has a type and a bound.

Keys that nobody here uses are left unread, as the server lets its users add any: an order that
names a speed or a duration is carried out with the machine's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from rvm_edge.bridges.cloud.orders.components import COMPONENTS
from rvm_edge.orders import Component, Motion
from rvm_edge.untrusted_json import UnreadableError, read_json

MOST_PAYLOAD_BYTES = 4_096
MOST_URL = 2_000

_NOTHING = frozenset({b"", b"null", b"[]"})
"""What PHP writes for no payload; an empty object is an empty list there."""


class PayloadError(Exception):
    """An order carries what it must not, or lacks what it must carry. The message says which."""


class Particulars(msgspec.Struct, frozen=True):
    """What an order says besides its word; the fields are those of `rvm_edge.orders.Order`."""

    component: Component | None = None
    motion: Motion | None = None
    model_hash: str = ""
    url: str = ""


class _Anything(msgspec.Struct, frozen=True):
    """An object of which nothing is used."""


class _Part(msgspec.Struct, frozen=True):
    component_name: Annotated[str, Meta(max_length=64)]


class _PartIfNamed(msgspec.Struct, frozen=True):
    component_name: Annotated[str, Meta(max_length=64)] | None = None


class _Movement(msgspec.Struct, frozen=True):
    component_name: Annotated[str, Meta(max_length=64)]
    action: Motion


class _Model(msgspec.Struct, frozen=True):
    url: Annotated[str, Meta(max_length=MOST_URL)]
    hash: Annotated[str, Meta(max_length=64, pattern="^[0-9a-f]{64}$")] | None = None


Reader = Callable[[bytes], Particulars]
"""Reads a payload; raises `PayloadError`."""

S = TypeVar("S", bound=msgspec.Struct)


def no_particulars(payload: bytes) -> Particulars:
    """Read the payload of an order that needs none."""
    _read(payload, _Anything)
    return Particulars()


def always(component: Component, motion: Motion) -> Reader:
    """Return the reader of an order that names a part and a motion by its word alone."""

    def read(payload: bytes) -> Particulars:
        _read(payload, _Anything)
        return Particulars(component, motion)

    return read


def part(payload: bytes) -> Particulars:
    """Read which part is meant."""
    return Particulars(_component(_read(payload, _Part).component_name))


def part_or(otherwise: Component) -> Reader:
    """Return the reader of an order that means a certain part where it names none."""

    def read(payload: bytes) -> Particulars:
        name = _read(payload, _PartIfNamed).component_name
        return Particulars(otherwise if name is None else _component(name))

    return read


def part_and_motion(payload: bytes) -> Particulars:
    """Read which part shall do what."""
    asked = _read(payload, _Movement)
    return Particulars(_component(asked.component_name), asked.action)


def model(payload: bytes) -> Particulars:
    """Read which model is meant, by its hash, and where it lies."""
    asked = _read(payload, _Model)
    if asked.hash is None:
        raise PayloadError("it names no SHA-256 of the model (hash)")
    try:
        place = urlsplit(asked.url)
    except ValueError as error:
        raise PayloadError("the model's url cannot be read") from error
    is_plain = asked.url.isascii() and asked.url.isprintable() and " " not in asked.url
    if place.scheme not in {"https", "http"} or not place.hostname or "@" in place.netloc:
        raise PayloadError("the model's url is no http address without a user's name")
    if not is_plain:
        raise PayloadError("the model's url holds what an address cannot hold")
    return Particulars(model_hash=asked.hash, url=asked.url)


def _read(payload: bytes, kind: type[S]) -> S:
    if len(payload) > MOST_PAYLOAD_BYTES:
        raise PayloadError(f"what it carries is longer than {MOST_PAYLOAD_BYTES} bytes")
    told = b"{}" if payload.strip() in _NOTHING else payload
    try:
        return read_json(told, kind)
    except UnreadableError as error:
        raise PayloadError(f"what it carries cannot be used: {error}") from error


def _component(name: str) -> Component:
    found = COMPONENTS.get(name)
    if found is None:
        raise PayloadError(f"this machine has no part called {name or 'nothing'}")
    return found
