"""A simulated machine on its first day: no credentials, a screen, and a technician with a phone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import trio
from msgspec.structs import replace

from rvm_edge.background import background_tasks
from rvm_edge.bridges.local.simulation import Thing
from rvm_edge.cli.demo.eyes import EyesKind
from rvm_edge.cli.demo.played_world import PlayedWorld
from rvm_edge.cli.demo.server import REVERB_KEY, DemoServer, demo_server
from rvm_edge.cli.demo.surroundings import Setup, surroundings
from rvm_edge.cli.own.link import identity_in
from rvm_edge.daemon import Daemon, running
from rvm_edge.display import Fittings, ScreenNews, ScreenPlan, show_screen
from rvm_edge.health.cleaning.cleaner import Cleaner
from rvm_edge.identity import Secret
from rvm_edge.locations import Locations
from rvm_edge.offload import in_thread, inline
from rvm_edge.provisioning.stored_credentials import StoredCredentials
from rvm_edge.settings import PolicyInForce, SetupSettings
from rvm_edge.simulator.cloud import Dialect
from rvm_edge.simulator.host import RecordedHost
from rvm_edge.simulator.still_telemetry import StillTelemetry
from rvm_edge.uplink import to_server
from tests.browser.chromium import Chromium, Page
from tests.browser.whole_machine import QUICK, TOKEN, TRAVEL_SCALE
from tests.health.cleaning.disks import Disk, Place

PHONE: Final = (390, 844)
KIOSK: Final = (1080, 1920)
LONG_S: Final = 90.0
FIRST_DAY: Final = msgspec.structs.replace(QUICK, setup=SetupSettings(address="127.0.0.1", port=0))


@dataclass
class Technician:
    """Stands in front of the machine, with a phone.

    Attributes:
        kiosk: the machine's own screen.
        phone: a browser in the same network.
        here: where the machine keeps what it remembers.
        server: the other end of the internet.
        daemon: the machine.
        world: around it.
        exported: the credentials as the server exports them, in a file on the phone.
        sticks: takes where a USB stick is mounted, as it comes.
        typed: the code that was typed last; "" before.
    """

    kiosk: Page
    phone: Page
    here: Locations
    server: DemoServer
    daemon: Daemon
    world: PlayedWorld
    exported: Path
    sticks: trio.MemorySendChannel[Path]
    typed: str = ""

    async def open_page(self) -> None:
        """Do what scanning the code on the screen does, and wave the warning through."""
        await self.kiosk.until("document.querySelector('#code span')?.innerText.includes('https')")
        await self.phone.call("Security.enable")
        await self.phone.call("Security.setIgnoreCertificateErrors", ignore=True)
        await self.phone.goto(await self.kiosk.text("#code span"))
        await self.phone.until("document.querySelector('#step')?.dataset.step === 'code'")

    async def type_code(self) -> None:
        """Type the code that the screen shows; after one that was used, once it shows the next."""
        shown = "document.querySelector('#code strong').innerText"
        await self.kiosk.until(f"{shown} !== '{self.typed}'")
        self.typed = await self.kiosk.text("#code strong")
        await self.write("#code", self.typed)
        await self.phone.tap("form .main")
        await self.until_step("file")

    async def write(self, field: str, text: str) -> None:
        """Touch a field and type into it."""
        await self.phone.tap(field)
        await self.phone.call("Input.insertText", text=text)

    async def choose_file(self, path: Path) -> None:
        """Choose a file, as the phone's own dialogue does."""
        found = await self.phone.call(
            "Runtime.evaluate", expression="document.querySelector('#file')"
        )
        await self.phone.call(
            "DOM.setFileInputFiles", files=[str(path)], objectId=found["result"]["objectId"]
        )
        await self.phone.until("document.querySelector('#paste').value !== ''")

    async def until_step(self, name: str) -> None:
        """Return when the page shows a step."""
        await self.phone.until(f"document.querySelector('#step')?.dataset.step === '{name}'")

    async def first_bottle(self) -> None:
        """Start a donation at the screen, and put an empty bottle in."""
        await self.kiosk.until_screen("welcome")
        await self.kiosk.tap("#actions .main")
        await self.kiosk.until_screen("insert")
        await self.world.insert(Thing.EMPTY_PET)
        await self.kiosk.until_screen("taken")


@asynccontextmanager
async def day_zero(
    chromium: Chromium, folder: Path, *, disk_used: int = 500
) -> AsyncIterator[Technician]:
    """Run everything while the block lasts; fail if anything takes too long.

    Args:
        chromium: for the screen and the phone.
        folder: for everything that is kept.
        disk_used: of the thousand bytes that the disk is made out to have.
    """
    data = folder / "data"
    data.mkdir()
    here = Locations(config_dir=folder, data_dir=data)
    fittings = Fittings()
    told, news = trio.open_memory_channel[ScreenNews](8)
    put_in, mounted = trio.open_memory_channel[Path](8)
    disk = Disk(disk_used)
    setup = Setup(travel_scale=TRAVEL_SCALE, eyes=EyesKind.SCRIPTED)
    with trio.fail_after(LONG_S):
        async with (
            chromium.page() as kiosk,
            kiosk.beside() as phone,
            surroundings(FIRST_DAY, setup) as around,
            demo_server(Dialect.D, 1) as server,
        ):
            link = to_server(
                identity_in(here.credentials_path),
                StillTelemetry,
                app_key=REVERB_KEY,
                made=server.uplinks.append,
            )
            parts = replace(
                fittings.around(around.parts(link, RecordedHost())),
                credentials=StoredCredentials(data, in_thread()),
            )
            async with running(here, FIRST_DAY, parts) as daemon, background_tasks() as nursery:
                plan = ScreenPlan(
                    here,
                    FIRST_DAY.screen,
                    Secret(TOKEN),
                    machine=FIRST_DAY,
                    sticks=lambda: mounted,
                    cleaner=lambda _: Cleaner(disk.usage, [Place(disk, "caches", 200)], inline),
                )
                nursery.start_soon(show_screen, daemon, server.uplink, fittings, plan, told.send)
                rules = PolicyInForce(FIRST_DAY.policy)
                world = PlayedWorld(around.world, around.samples, around.trouble, rules)
                exported = _exported(server, folder)
                await kiosk.resize(*KIOSK)
                await phone.resize(*PHONE)
                await kiosk.goto(f"{(await news.receive()).screen}#token={TOKEN}")
                yield Technician(kiosk, phone, here, server, daemon, world, exported, put_in)


def _exported(server: DemoServer, folder: Path) -> Path:
    """Write the file that the server's page of assignments exports: it names no server."""
    who = server.identity
    path = folder / f"rvm-credentials-{who.hardware_id}.json"
    fields = {
        "serial_number": who.hardware_id,
        "api_key": who.api_key.reveal(),
        "name": who.name,
        "generated_at": "2026-11-28T05:17:38.837Z",
    }
    path.write_text(json.dumps(fields))
    return path
