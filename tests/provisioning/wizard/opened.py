"""The set-up page on a real socket, with a machine around it that is made up."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from math import isnan

import httpx
import trio

from rvm_edge.background import background_tasks
from rvm_edge.machine import Standing
from rvm_edge.provisioning.admitting import Introduction, NotWelcomeError
from rvm_edge.provisioning.credentials import Credentials
from rvm_edge.provisioning.site import Site
from rvm_edge.provisioning.wizard.opening import Offer, Opening
from rvm_edge.provisioning.wizard.premises import (
    Cleaned,
    End,
    LetGo,
    Look,
    NotCleanedError,
    NotMovedError,
    NotReadError,
    NotShownError,
    Part,
    Reading,
    Removed,
)

HERE = IPv4Address("127.0.0.1")
KEY = "aB3" * 21 + "z"
SERVER = "https://rvm.example.org"
EXPORTED = {"serial_number": "RVM-1", "api_key": KEY, "name": "Lab", "server_url": SERVER}
SITE = {"server_url": SERVER, "time_zone": "Asia/Jakarta", "language": "id"}


@dataclass
class StagedPremises:
    """Implements `rvm_edge.provisioning.wizard.premises.Premises`."""

    jpeg: bytes = b"\xff\xd8\xff\xd9"
    distances_cm: list[float] = field(default_factory=lambda: [61.0])
    moves_sorter: bool = True
    measures_bin: bool = True
    disk_pct: float | None = None
    blocked: str = ""
    moves_for_s: float = 0.0
    moved: list[Part] = field(default_factory=list)
    let_go: list[Part] = field(default_factory=list)
    changed: trio.Event = field(default_factory=trio.Event)

    async def looks(self) -> Sequence[Look]:
        await trio.lowlevel.checkpoint()
        return (Look("disk", "Disk", "fine", "12 % in use", "", ""),)

    async def readings(self) -> Sequence[Reading]:
        await trio.lowlevel.checkpoint()
        return (Reading("bin", 12.5, "%"), Reading("scale", None, "g", "gave no answer"))

    async def picture(self) -> bytes:
        await trio.lowlevel.checkpoint()
        if not self.jpeg:
            raise NotShownError("the camera is frozen")
        return self.jpeg

    async def hold(self, part: Part, let_go: LetGo) -> End:
        await trio.lowlevel.checkpoint()
        if self.blocked:
            raise NotMovedError(self.blocked)
        self.moved.append(part)
        self._tell()
        try:
            with trio.move_on_after(self.moves_for_s) as whole:
                await let_go()
        except trio.Cancelled:
            self.let_go.append(part)
            self._tell()
            raise
        if whole.cancelled_caught:
            return "done"
        self.let_go.append(part)
        return "stopped"

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until `holds`; it is asked whenever a button is pressed or let go."""
        while not holds():
            await self.changed.wait()

    def _tell(self) -> None:
        self.changed.set()
        self.changed = trio.Event()

    async def bin_distance_cm(self) -> float:
        """Read the distances one after the other, and the last for ever; NaN is no echo."""
        await trio.lowlevel.checkpoint()
        read = self.distances_cm.pop(0) if len(self.distances_cm) > 1 else self.distances_cm[0]
        if isnan(read):
            raise NotReadError("bin: no echo")
        return read

    async def crowded_disk_pct(self) -> float | None:
        await trio.lowlevel.checkpoint()
        return self.disk_pct

    async def clean(self) -> Cleaned:
        await trio.lowlevel.checkpoint()
        if self.disk_pct is None:
            raise NotCleanedError("the disk is not more than 90 % full")
        before, self.disk_pct = self.disk_pct, None
        return Cleaned(before, 84.5, (Removed("caches", 12_000_000, 0, ""),))


@dataclass
class StagedServer:
    """What admits: it knows everybody, unless told otherwise."""

    answer: Introduction = field(default_factory=lambda: Introduction(Standing.OK))
    kept: list[tuple[Credentials, Site]] = field(default_factory=list)

    async def admit(self, credentials: Credentials, site: Site) -> Introduction:
        await trio.lowlevel.checkpoint()
        if self.answer.standing not in {Standing.OK, Standing.DEGRADED}:
            raise NotWelcomeError(credentials.identity.server_url, self.answer)
        self.kept.append((credentials, site))
        return self.answer


class Clock:
    """Monotonic seconds that pass when told."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Phone:
    """A browser that behaves, unless told otherwise; it has no look at the screen.

    Attributes:
        http: what it asks with; keeps cookies.
        opening: the page.
        server: who admits.
        premises: the machine.
        clock: the desk's.
        csrf: what the page was told to say.
    """

    http: httpx.AsyncClient
    opening: Opening
    server: StagedServer
    premises: StagedPremises
    clock: Clock
    csrf: str = ""

    @property
    def offer(self) -> Offer:
        offer = self.opening.offer
        assert offer is not None
        return offer

    @property
    def origin(self) -> str:
        return self.offer.address.rstrip("/")

    async def post(
        self, path: str, content: bytes | str = "{}", **headers: str | None
    ) -> httpx.Response:
        """Ask as the page does; a header that is None is left out."""
        said = {
            "Origin": self.origin,
            "Content-Type": "application/json",
            "X-RVM-Setup": self.csrf,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        kept = {name: value for name, value in said.items() if value is not None}
        return await self.http.post(f"/api/{path}", content=content, headers=kept)

    async def type_code(self, code: str) -> httpx.Response:
        answer = await self.post("pair", f'{{"code": "{code}"}}')
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer

    async def pair(self) -> None:
        assert (await self.type_code(self.offer.code)).status_code == 200


@asynccontextmanager
async def opened(
    address: IPv4Address | IPv6Address = HERE,
) -> AsyncIterator[Phone]:
    """Open the page while the block lasts."""
    server, premises, clock = StagedServer(), StagedPremises(), Clock()
    opening = Opening(address, 0, premises, server.admit, clock)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # the screen vouches for it, and one test looks there
    with trio.fail_after(60):
        async with background_tasks() as nursery:
            await nursery.start(opening.run)
            assert opening.offer is not None
            url = opening.offer.address
            async with httpx.AsyncClient(verify=context, base_url=url, timeout=60) as http:
                yield Phone(http, opening, server, premises, clock)
