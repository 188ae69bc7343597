"""What comes in a request of the set-up page, and what goes back."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from quart import Response, request

from rvm_edge.each_once import require_each_once
from rvm_edge.provisioning.wizard import wire
from rvm_edge.untrusted_json import read_json

S = TypeVar("S", bound=msgspec.Struct)


async def raw() -> bytes:
    """Return the body; its length is bounded by the application."""
    return await request.get_data(cache=False, as_text=False, parse_form_data=False)


async def body(kind: type[S]) -> S:
    """Read the body.

    Raises:
        UnreadableError: it is something else.
        SaidTwiceError: a key is there twice.
    """
    said = await raw()
    found = read_json(said, kind)
    require_each_once(said)
    return found


def json_answer(said: msgspec.Struct, status: int = 200) -> Response:
    """Answer in JSON."""
    return Response(msgspec.json.encode(said), status, content_type="application/json")


def closed() -> Response:
    """Answer whoever comes too late."""
    return json_answer(wire.Refused("closed", "the machine is set up"), 410)
