"""What is asked of the demo, and at what pace it happens."""

from __future__ import annotations

import math

import msgspec

from drivers.esp32.timings import Dialect as WireDialect
from rvm_edge.cli.demo.eyes import EyesKind
from rvm_edge.cli.demo.surroundings import Setup
from rvm_edge.settings import Settings
from rvm_edge.simulator.cloud import Dialect
from states import paths


class Pace(msgspec.Struct, frozen=True):
    """How long people and faults take, in seconds.

    Attributes:
        thinks: how long somebody takes before the next item at most.
        reach: how long a returned item lies in the slot at most.
        strikes: how long after an insertion a fault begins at most.
        holds: how long a fault lasts at most.
        looks_again: how often somebody who waits for the machine looks at it.
        technician: after how long in trouble, with nothing broken any more, somebody comes.
        comes_back: how long the machine may take until it serves again, whatever happened to it.
        outage: how long the internet stays away at most.
    """

    thinks: float
    reach: float
    strikes: float
    holds: float
    looks_again: float
    technician: float
    comes_back: float
    outage: float


REAL = Pace(
    thinks=0.0,
    reach=0.0,
    strikes=0.4,
    holds=2.5,
    looks_again=0.25,
    technician=30.0,
    comes_back=300.0,
    outage=4.0,
)
"""People who wait for the machine, never the other way round."""

VIRTUAL = Pace(
    thinks=2.0,
    reach=3.0,
    strikes=1.5,
    holds=25.0,
    looks_again=1.0,
    technician=300.0,
    comes_back=1800.0,
    outage=240.0,
)
"""People and troubles that take their time: it costs nothing."""

LIVE = Pace(
    thinks=1.5,
    reach=1.5,
    strikes=0.0,
    holds=0.0,
    looks_again=0.25,
    technician=20.0,
    comes_back=math.inf,
    outage=30.0,
)
"""People whom somebody watches."""

WALK_AWAY_S = 1.0
"""In real time, how long the machine waits for somebody who walked away."""


class Plan(msgspec.Struct, frozen=True):
    """What is asked of the demo without a screen.

    Attributes:
        items: how many items people put in.
        seed: for everything that is left to chance.
        faults: whether parts fail and people play tricks while items are handled.
        virtual: whether time is virtual; else everything is real but the mechanism.
        travel_scale: how long the mechanism takes, 1 as a real one; 0 at once.
        outages: how often the internet is cut while items are handled.
        dialect: which of the published servers the simulated one plays.
        wire: how the simulated ESP32 is spoken to, where time is real.
    """

    items: int
    seed: int = 1
    faults: bool = False
    virtual: bool = False
    travel_scale: float = 0.0
    outages: int = 0
    dialect: Dialect = Dialect.D
    wire: WireDialect = WireDialect.ASCII

    @property
    def pace(self) -> Pace:
        """How fast people and faults are."""
        return VIRTUAL if self.virtual else REAL

    @property
    def setup(self) -> Setup:
        """How the machine is put together."""
        eyes = EyesKind.IN_PROCESS if self.virtual else EyesKind.WORKER
        return Setup(self.seed, self.travel_scale, self.virtual, eyes, wire=self.wire)

    def hurried(self, settings: Settings) -> Settings:
        """Return the settings for this plan.

        In real time the machine does not wait a minute for somebody who walked away, unless the
        settings say how long; and with outages it finds out sooner that the server is gone or back,
        since such an outage lasts seconds. All other waits are what they are on a real machine.
        """
        if self.virtual:
            return settings
        timeouts = {paths.WAITING: WALK_AWAY_S, **settings.timeouts}
        hurried = msgspec.structs.replace(settings, timeouts=timeouts)
        return _sooner_online(hurried) if self.outages else hurried


def _sooner_online(settings: Settings) -> Settings:
    change = msgspec.structs.replace
    request = change(
        settings.cloud.request, connect_s=0.5, answer_s=0.5, retry_first_s=0.2, retry_cap_s=1.0
    )
    return change(
        settings,
        policy=change(
            settings.policy,
            heartbeat_s=0.5,
            heartbeat_failures=2,
            reconnect_first_s=0.2,
            reconnect_cap_s=1.0,
        ),
        cloud=change(settings.cloud, request=request),
    )
