"""Reads what a server said. What does not have the type it should have is not believed."""

from __future__ import annotations

from typing import Annotated, TypeVar

from msgspec import Meta

from rvm_edge.untrusted_json import UnreadableError, read_json

T = TypeVar("T")

Text = Annotated[str, Meta(max_length=2_000)]
Count = Annotated[int, Meta(ge=0, le=1_000_000)]
RowId = Annotated[int, Meta(ge=1, le=2**63 - 1)]

SHOWN_CHARACTERS = 200
"""A server's own words are cut to this wherever people read them."""


def decoded(body: bytes, kind: type[T], *, strict: bool = True) -> T | None:
    """Read JSON as `kind`; None for whatever is not that, in whatever way."""
    try:
        return read_json(body, kind, strict=strict)
    except UnreadableError:
        return None
