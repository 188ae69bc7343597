"""What everything has in common that a client may send. Unknown fields are refused."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Id = Annotated[str, Meta(min_length=1, max_length=64)]
ShortText = Annotated[str, Meta(max_length=512)]
AlarmCode = Annotated[str, Meta(min_length=1, max_length=128)]
Position = Annotated[int, Meta(ge=0, le=2**53)]
Digits = Annotated[str, Meta(pattern="^[0-9]{4,12}$")]
EightDigits = Annotated[str, Meta(pattern="^[0-9]{8}$")]


class Incoming(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="type", forbid_unknown_fields=True
):
    """Anything that a client sends."""


class Request(Incoming, frozen=True):
    """Something asked. Every request gets exactly one reply.

    Attributes:
        id: fresh for each request of a connection.
    """

    id: Id
