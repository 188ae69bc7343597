"""The Machine: the typed bundle of ports and services that activities get.

Protocols and plain data only: no implementation is imported here, so that the chart can be read,
explored and tested without any hardware, model or network.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import msgspec

from rvm_edge.machine.book import Album, DepositBook, Evidence, Flags, LedgerError
from rvm_edge.machine.eyes import (
    NOTHING_ELSE,
    Circumstances,
    CutOut,
    Eyes,
    EyesError,
    Tray,
    no_cut_out,
)
from rvm_edge.machine.hardware import Hardware
from rvm_edge.machine.host import Host
from rvm_edge.machine.models import ModelNews, ModelNote, Models, ModelsError
from rvm_edge.machine.server import (
    Channel,
    Cloud,
    Courier,
    Credentials,
    KeptError,
    Orders,
    Standing,
)
from rvm_edge.settings import Policy, PolicyInForce

__all__ = [
    "NOTHING_ELSE",
    "Album",
    "Channel",
    "Circumstances",
    "Cloud",
    "Courier",
    "Credentials",
    "CutOut",
    "DepositBook",
    "Evidence",
    "Eyes",
    "EyesError",
    "Flags",
    "Hardware",
    "Host",
    "KeptError",
    "LedgerError",
    "Machine",
    "ModelNews",
    "ModelNote",
    "Models",
    "ModelsError",
    "Orders",
    "Standing",
    "Tray",
    "no_cut_out",
]


class Machine(msgspec.Struct, frozen=True):
    """Everything an activity may touch.

    Attributes:
        rules: by which policy it goes.
        chance: a number in [0, 1) each time, for jitter; seeded in simulations.
    """

    hardware: Hardware
    eyes: Eyes
    tray: Tray
    book: DepositBook
    flags: Flags
    cloud: Cloud
    channel: Channel
    courier: Courier
    evidence: Evidence
    orders: Orders
    album: Album
    host: Host
    credentials: Credentials
    models: Models
    rules: PolicyInForce
    chance: Callable[[], float] = random.random

    @property
    def policy(self) -> Policy:
        """How activities behave, as it is now: a handshake may change it."""
        return self.rules.now
