"""The rig with its real link: everything towards the server runs, and the server is simulated.

Machine, ledger and server share trio's clock, so that a mocked one lets them all jump together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import msgspec
import trio
from msgspec.structs import replace

from rvm_edge.identity import Identity, Secret
from rvm_edge.link import LinkMaker
from rvm_edge.packaged import samples_dir
from rvm_edge.settings import CloudSettings, Policy, Settings
from rvm_edge.simulator.cloud import CloudServer, Dialect, InProcessTransport, Transaction
from rvm_edge.simulator.cloud import Machine as Registered
from rvm_edge.simulator.specimens import Samples, read_samples
from rvm_edge.simulator.still_telemetry import StillTelemetry
from rvm_edge.simulator.timings import Timings
from rvm_edge.simulator.truth import Specimen
from rvm_edge.simulator.virtual_clock import NEW_YEAR, TrioClock
from rvm_edge.simulator.world import World
from rvm_edge.uplink import Uplink, to_server
from states import paths
from tests.both_sides import disagreements, dropped_items
from tests.rig import BOTTLE, CAN, Booted, Cable, Rig

SERIAL = "RVM-202601-001"
USER = 7
DIALECTS = tuple(Dialect)
PATIENT = Policy(poll_s=0.1, debounce_s=0.1, idle_poll_s=1.0)
"""Looks at its sensors seldom, so that hours of virtual time cost little."""

ALERT = msgspec.structs.replace(
    PATIENT,
    heartbeat_s=0.1,
    heartbeat_failures=1,
    reconnect_first_s=0.1,
    reconnect_cap_s=0.1,
    retry_refused_s=1.0,
)
"""Notices within a fraction of a second what becomes of the server."""


def samples() -> Samples:
    """Return the pictures that ship with the project: the link takes nothing but real JPEGs."""
    return read_samples(samples_dir())


def pictured(specimen: Specimen, look: Specimen) -> Specimen:
    """Return a specimen that looks like another one to the camera."""
    return replace(specimen, picture=look.picture)


PET = pictured(BOTTLE, samples().acceptable()[0])
SODA = pictured(CAN, samples().unacceptable()[0])


def _world() -> World:
    return World(Timings(), empty_pictures=samples().empty_pictures)


@dataclass
class ServedRig(Rig):
    """A machine, and the server that it belongs to.

    Attributes:
        dialect: which server.
        cloud_settings: how the machine speaks with it.
        app_key: Reverb's, as the credentials bring it.
        time: the true time, which the server's clock shows.
        server: the server.
        registered: the machine as the server knows it.
        identity: what the credentials say now.
        readable: whether the credentials can be read now.
        uplinks: the links of all processes so far, the newest last.
    """

    policy: Policy = PATIENT
    world: World = field(default_factory=_world)
    dialect: Dialect = Dialect.D
    cloud_settings: CloudSettings = field(default_factory=CloudSettings)
    app_key: str = ""
    origin: str = "https://rvm.example.org"
    time: TrioClock = field(default_factory=lambda: TrioClock(NEW_YEAR))
    server: CloudServer = field(init=False)
    registered: Registered = field(init=False)
    identity: Identity = field(init=False)
    readable: bool = True
    uplinks: list[Uplink] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Register the machine and its people at the server."""
        self.clock = self.clock or self.time
        self.server = CloudServer(self.dialect, clock=self.time.epoch_s, origin=self.origin)
        self.registered = self.server.add_machine(SERIAL)
        token = self.server.books.new_text(40)
        self.server.add_user(1, token)
        self.server.add_user(USER)
        key = Secret(self.registered.api_key)
        self.identity = Identity(self.origin, SERIAL, "Test", key, Secret(token))

    @property
    def settings(self) -> Settings:
        """How the machine behaves from the next boot on."""
        return Settings(policy=self.policy, cloud=self.cloud_settings, written=self.written)

    @property
    def uplink(self) -> Uplink:
        """The link of the newest process."""
        return self.uplinks[-1]

    @property
    def delivered(self) -> list[Transaction]:
        """What the server was told of items, in its order."""
        return self.server.books.transactions

    @property
    def points(self) -> int:
        """What the user has at a server that credits users."""
        return self.server.books.points_of(USER)

    def disagreements(self) -> list[str]:
        """Say where ledger and server differ, with everything delivered."""
        found = disagreements(
            dropped_items(self.locations.ledger_path), self.delivered, self.dialect
        )
        users = sum(told.user_id == USER for told in self.delivered)
        if self.points != 10 * users:
            found.append(f"the user has {self.points} points for {users} items")
        return [*found, *map(str, self.check().violations)]

    def link_over(self, cable: Cable, /) -> LinkMaker:
        """Return what makes the real link of the process at the end of `cable`."""
        return to_server(
            lambda: self.identity if self.readable else None,
            StillTelemetry,
            app_key=self.app_key,
            transport=_Wire(cable, InProcessTransport(self.server)),
            made=self.uplinks.append,
        )


class _Wire(httpx.AsyncBaseTransport):
    """The network of one process, over which nothing more comes once that process is dead."""

    def __init__(self, cable: Cable, network: InProcessTransport) -> None:
        self._cable = cable
        self._network = network

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request, unless the asking process is dead."""
        if self._cable.cut:
            await trio.lowlevel.checkpoint()
            raise httpx.ConnectError("the asking process is dead", request=request)
        return await self._network.handle_async_request(request)


async def until(
    holds: Callable[[], bool], *, within_s: float = 3_600, every_s: float = 0.1
) -> None:
    """Look again and again whether something holds."""
    with trio.fail_after(within_s):
        while not holds():
            await trio.sleep(every_s)


async def until_delivered(booted: Booted) -> None:
    """Wait until nothing waits for the server any more."""
    with trio.fail_after(7_200):
        while (await booted.daemon.ledger.outbox.counts()).waiting:
            await trio.sleep(1.0)


async def until_pictures_are_up(rig: ServedRig, *, within_s: float = 3_600) -> None:
    """Wait until no picture waits for the server any more."""
    with trio.fail_after(within_s):
        while (await rig.uplink.courier.status()).pictures_waiting:
            await trio.sleep(1.0)


async def online_and_idle(booted: Booted) -> None:
    """Wait until the server is reached and the machine is ready for a person."""
    await booted.until(paths.ONLINE)
    await booted.until(paths.IDLE)
