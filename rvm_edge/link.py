"""What stands between the machine and its server, and what it is built upon. Types only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager

import msgspec

from rvm_edge.ledger.clock import Clock
from rvm_edge.ledger.ledger import Ledger
from rvm_edge.locations import Locations
from rvm_edge.machine import (
    Album,
    Channel,
    Cloud,
    Courier,
    CutOut,
    Evidence,
    Eyes,
    Orders,
    no_cut_out,
)
from rvm_edge.offload import Offload
from rvm_edge.settings import PolicyInForce, Settings
from rvm_edge.statechart.journal.sqlite import SqliteJournal


class Ground(msgspec.Struct, frozen=True):
    """What the services of a link are built upon.

    Attributes:
        locations: where the machine keeps what it remembers.
        settings: how it behaves.
        ledger: what is to be delivered.
        journal: what the server may keep an anchor of.
        eyes: who can make a picture smaller.
        offload: where blocking work runs.
        clock: what moments are read from.
        chance: numbers in [0, 1), for jitter.
        rules: by which policy the machine goes; the server is heeded here.
        found: by port, whether it answered when it was last asked.
        cut_out: hands over what the second judge took for an item.
    """

    locations: Locations
    settings: Settings
    ledger: Ledger
    journal: SqliteJournal
    eyes: Eyes
    offload: Offload
    clock: Clock
    chance: Callable[[], float]
    rules: PolicyInForce
    found: Callable[[], Mapping[str, bool]]
    cut_out: CutOut = no_cut_out


class Link(msgspec.Struct, frozen=True):
    """The services towards the server, as the Machine wants them."""

    cloud: Cloud
    channel: Channel
    courier: Courier
    evidence: Evidence
    orders: Orders
    album: Album


LinkMaker = Callable[[Ground], AbstractAsyncContextManager[Link]]
"""Runs the services of a link while the block lasts."""
