"""What may be asked under ``/_sim/``, one type for each path."""

from __future__ import annotations

from typing import Any

import msgspec

from rvm_edge.simulator.cloud.misbehaviour import Certificate, Misbehaviour, Mishap, Reach
from rvm_edge.simulator.cloud.records import Assignment, Status


class Misbehave(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``/_sim/misbehave``: a `Misbehaviour`, field by field."""

    mishap: Mishap
    path: str = "*"
    times: int | None = 1
    seconds: float = 10.0
    status: int = 500
    pieces: int = 20
    carried_out: bool = False

    def asked(self) -> Misbehaviour:
        """Return it.

        Raises:
            ValueError: a figure is out of range.
        """
        return Misbehaviour(
            self.mishap,
            self.path,
            self.times,
            self.seconds,
            self.status,
            self.pieces,
            self.carried_out,
        )


class Behave(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``/_sim/behave``: take one kind of mishap back, or everything."""

    mishap: Mishap | None = None


class Network(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``/_sim/network``: how the server is reached, what it shows, and how wrong its clock is."""

    reach: Reach | None = None
    certificate: Certificate | None = None
    clock_ahead_s: float | None = None


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``/_sim/command``: queue a command; serial "" means the first machine."""

    action: str
    payload: dict[str, Any] | None = None  # any JSON: msgspec reads no recursive type
    serial: str = ""


class Broadcast(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``/_sim/broadcast``: an event on a machine's channel, such as ``session.authorized``."""

    event: str
    data: dict[str, Any] = {}
    serial: str = ""


class Standing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``/_sim/machine``: what an administrator does to a machine.

    Attributes:
        serial: which; "" means the first.
        status: such as ``blocked``; None leaves it.
        assignment: of a technician; None leaves it.
        unassign: whether to take the technician away.
    """

    serial: str = ""
    status: Status | None = None
    assignment: Assignment | None = None
    unassign: bool = False
