"""What an endpoint can see of the server it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from rvm_edge.simulator.cloud.books import Books
from rvm_edge.simulator.cloud.broadcasting import Broadcasting
from rvm_edge.simulator.cloud.clock import ServerClock
from rvm_edge.simulator.cloud.dialect import Dialect
from rvm_edge.simulator.cloud.exchange import Request, Response
from rvm_edge.simulator.cloud.throttle import Throttle

NGINX_BODY_BYTES = 1_048_576


class Policy(msgspec.Struct, frozen=True):
    """What handshakes tell every machine to do.

    Attributes:
        bin_full_threshold_percent: when a bin counts as full.
        camera_idle_timeout_sec: when the camera may rest.
        motor_speed_delay: seconds for half a pulse.
    """

    bin_full_threshold_percent: int = 90
    camera_idle_timeout_sec: int = 60
    motor_speed_delay: float = 0.005


@dataclass
class Site:
    """One server.

    Attributes:
        dialect: which version it is.
        clock: its clock.
        books: what it remembers.
        secret: what it signs with.
        origin: scheme, host and port under which it believes to be reached.
        body_limit_bytes: what nginx lets through; None where there is no nginx before it.
        policy: what it tells machines.
        repository: ``owner/name`` of the releases it plays.
        broadcasting: its Reverb; None where it has none, as published.
        kiosk_throttle: who asked the kiosk's endpoints how often.
    """

    dialect: Dialect
    clock: ServerClock
    books: Books
    secret: str = field(repr=False)
    origin: str
    body_limit_bytes: int | None = NGINX_BODY_BYTES
    policy: Policy = field(default_factory=Policy)
    repository: str = "ngajar-feri/MyRVM1"
    broadcasting: Broadcasting | None = None
    kiosk_throttle: Throttle = field(default_factory=Throttle)


Endpoint = Callable[[Site, Request], Response]
"""Answers one request, and writes into the books what follows from it."""
