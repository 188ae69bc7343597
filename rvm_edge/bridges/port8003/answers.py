"""What the port answers, in the shapes of the server's kiosk page (its development version)."""

from __future__ import annotations

from typing import Literal

import msgspec

from rvm_edge.bridges.port8003.deposits import SettledItem


class Verdict(msgspec.Struct, frozen=True, rename={"label": "class"}):
    """An item's end; `class` is the one that decided."""

    status: Literal["ACCEPTED", "REJECTED"]
    label: str
    reason: str


class Answered(msgspec.Struct, frozen=True, omit_defaults=True):
    """It was done; with a verdict where one was asked for."""

    success: Literal[True]
    data: Verdict | None = None


class Failed(msgspec.Struct, frozen=True):
    """It was not done."""

    success: Literal[False]
    error: str


def of_item(item: SettledItem) -> bytes:
    """Return the answer to a trigger."""
    verdict = Verdict("ACCEPTED" if item.dropped else "REJECTED", item.label, item.reason)
    return msgspec.json.encode(Answered(True, verdict))


def done() -> bytes:
    """Return the answer to what has nothing to tell."""
    return msgspec.json.encode(Answered(True))


def failed(why: str) -> bytes:
    """Return the answer to what was not done."""
    return msgspec.json.encode(Failed(False, why))
