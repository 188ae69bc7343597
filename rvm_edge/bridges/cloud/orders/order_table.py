"""Writes the reference page of the orders from the tables that admit them.

This room does not know the machine's states, so whoever runs it brings them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from rvm_edge.bridges.cloud.orders.allow_list import (
    ALLOW_LIST,
    NOTHING_CARRIED,
    UNKNOWN,
    UNREADABLE,
    Allowed,
    Denied,
    Pointless,
    Row,
)
from rvm_edge.bridges.cloud.orders.components import names_of
from rvm_edge.bridges.cloud.orders.payloads import MOST_PAYLOAD_BYTES
from rvm_edge.orders import Action, Component
from rvm_edge.settings import OrderSettings

CarriedOutIn = Mapping[Action, Sequence[str]]
"""By order: the states that carry it out; an order without any is refused by every state."""

_INTRODUCTION = """\
# Orders of the server

<!-- Generated from `rvm_edge.bridges.cloud.orders`; do not edit. -->

What the server may order, and what becomes of it. An order comes in the answer to a heartbeat
(`commands`, with `action` and `payload`) or over the server's WebSocket (`hardware.command`, with
`command` and `params`); a word means the same on either. The words are exact. What an order carries
besides the keys below is not read: speeds and durations are always the machine's own.

Why so narrow: [orders wait for a state](../decisions/0010-orders-wait-for-a-state.md).
"""

_CAME_TWICE = """\
An order that comes twice is done once: it is known by its `request_id`, or by a digest of all that
it said, its time among it. How old an order is, the server's own clock decides: its `timestamp`
against what the server says the time is. An order without a time that can be read is refused, and
so is every order while the server's time is not known. Orders do not wait through a restart; that a
restart was ordered is remembered through it, or its bound would bind nothing. Every refusal is a
row of the journal, at most as many a minute as orders are taken; the others are told as a number.
"""


def render(carried_out_in: CarriedOutIn, settings: OrderSettings | None = None) -> str:
    """Return the page as Markdown."""
    return "\n".join(_lines(carried_out_in, settings or OrderSettings()))


def main(arguments: Sequence[str], carried_out_in: CarriedOutIn) -> int:
    """Write the page, or with ``--check`` say whether it is up to date.

    Returns:
        0, or 1 for a page that differs from the tables, or 2 for wrong usage.
    """
    check = "--check" in arguments
    paths = [Path(one) for one in arguments if one != "--check"]
    if len(paths) != 1:
        print("usage: [--check] FILE", file=sys.stderr)  # noqa: T201 - this is the terminal's edge
        return 2
    page = render(carried_out_in)
    if not check:
        paths[0].parent.mkdir(parents=True, exist_ok=True)
        paths[0].write_text(page, encoding="utf-8")
        return 0
    if paths[0].is_file() and paths[0].read_text(encoding="utf-8") == page:
        return 0
    print(f"{paths[0]} is out of date; run make docs")  # noqa: T201
    return 1


def _lines(carried_out_in: CarriedOutIn, settings: OrderSettings) -> Iterator[str]:
    yield _INTRODUCTION
    yield "## Taken\n"
    yield "| Word | Sent by | Carries | Is the order | Carried out in |"
    yield "|---|---|---|---|---|"
    for row in ALLOW_LIST:
        if isinstance(row.means, Allowed):
            yield _allowed(row, row.means, carried_out_in)
        elif isinstance(row.means, Pointless):
            yield f"| `{row.word}` | {row.via.value} | – | nothing to do: {row.means.why} | – |"
    yield "\nIn every other state an order waits, and expires there.\n"
    yield "## Refused\n"
    yield "| Word | Sent by | Why |"
    yield "|---|---|---|"
    for row in ALLOW_LIST:
        if isinstance(row.means, Denied):
            yield f"| `{row.word}` | {row.via.value} | {row.means.why} |"
    yield f"| any other | either | {UNKNOWN.why} |"
    yield f"| none | either | {UNREADABLE.why} |"
    yield "\n## Parts\n"
    yield "What `component_name` may be.\n"
    yield "| Part | Names |"
    yield "|---|---|"
    for part in Component:
        yield f"| {part.value} | {', '.join(f'`{name}`' for name in names_of(part))} |"
    yield "\n## Bounds\n"
    yield "Defaults; each is a setting under `cloud.orders`.\n"
    yield "| Setting | Default |"
    yield "|---|---|"
    for name, value in msgspec.structs.asdict(settings).items():
        yield f"| `{name}` | {value:g} |"
    yield f"\nWhat an order carries may be {MOST_PAYLOAD_BYTES} bytes long.\n"
    yield _CAME_TWICE


def _allowed(row: Row, means: Allowed, carried_out_in: CarriedOutIn) -> str:
    states = ", ".join(f"`{state}`" for state in carried_out_in.get(means.action, ()))
    cells = (
        f"`{row.word}`",
        row.via.value,
        means.carries,
        f"`{means.action.value}`{_settled_by(means)}",
        states or "no state: refused",
    )
    return f"| {' | '.join(cells)} |"


def _settled_by(means: Allowed) -> str:
    """Say which part and motion the word alone means."""
    if means.carries != NOTHING_CARRIED:
        return ""
    told = means.read(b"")
    settled = [one.value for one in (told.component, told.motion) if one is not None]
    return f": {', '.join(settled)}" if settled else ""
