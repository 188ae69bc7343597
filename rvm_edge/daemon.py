"""The composition root: the one place that knows every room and puts the machine together."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec

from drivers.noted.roll_call import RollCall
from drivers.ports import DriverError
from rvm_edge.background import background_tasks
from rvm_edge.intercepted_hardware import intercepted
from rvm_edge.ledger.clock import Clock, SystemClock
from rvm_edge.ledger.ledger import Ledger, open_ledger
from rvm_edge.link import Ground, Link, LinkMaker
from rvm_edge.locations import Locations
from rvm_edge.machine import (
    Credentials,
    CutOut,
    Eyes,
    EyesError,
    Hardware,
    Host,
    Machine,
    Models,
    no_cut_out,
)
from rvm_edge.offload import Offload, in_thread
from rvm_edge.settings import PolicyInForce, Settings
from rvm_edge.settings_file import check_timeouts
from rvm_edge.statechart.build import build
from rvm_edge.statechart.definition import Chart
from rvm_edge.statechart.journal.sqlite import open_journal
from rvm_edge.statechart.runtime import Runtime
from rvm_edge.vision.models.fixed import NoModels
from rvm_edge.vision.tray import MemoryTray
from states.chart import CHART

CLEANUP_GRACE_S = 8.0
"""How long a state's clean-up may take: the controller handles one command at a time, so closing
the gate may have to wait for an answer that never comes (3 s) before its own turn (3 s)."""

LONGEST_STEP_S = 2.5 * CLEANUP_GRACE_S
"""A step that takes longer makes no progress: two clean-ups one after the other, and some more."""


class Parts(msgspec.Struct, frozen=True):
    """What is another thing on a real machine than on a simulated one.

    Attributes:
        hardware: the ports.
        eyes: who decides what a picture shows.
        link: makes everything between the machine and its server.
        host: the computer it runs on.
        credentials: who the machine is.
        chance: numbers in [0, 1), for jitter.
        models: the models that the eyes may look through; none but their own unless told.
        cut_out: hands over what the second judge took for an item; nothing unless told.
    """

    hardware: Hardware
    eyes: Eyes
    link: LinkMaker
    host: Host
    credentials: Credentials
    chance: Callable[[], float] = random.random
    models: Models = msgspec.field(default_factory=NoModels)
    cut_out: CutOut = no_cut_out


class Daemon(msgspec.Struct, frozen=True):
    """A machine that runs.

    Attributes:
        runtime: takes events, shows the configuration, publishes every step.
        machine: what the activities act upon.
        ledger: what is remembered of items.
        link: the services towards the server.
    """

    runtime: Runtime[Machine]
    machine: Machine
    ledger: Ledger
    link: Link


@asynccontextmanager
async def running(
    locations: Locations,
    settings: Settings,
    parts: Parts,
    *,
    offload: Offload | None = None,
    clock: Clock | None = None,
    chart: Chart[Machine] = CHART,
) -> AsyncIterator[Daemon]:
    """Run the machine while the block lasts; on leaving, every activity is cleaned up.

    Args:
        locations: where ledger and journal are kept; the data folder exists.
        settings: how the machine behaves.
        parts: what it works with.
        offload: where blocking work runs; threads unless told.
        clock: what moments in the ledger are read from; the system's unless told.
        chart: the machine's chart, or a variant of it for a test.

    Raises:
        SettingsError: a time-out in the settings belongs to no state.
        LedgerError: the ledger cannot be opened.
        JournalError: the journal cannot be opened.
    """
    decider = build(chart)
    with_timeout = [path for path, state in decider.states.items() if state.timeout is not None]
    check_timeouts(settings, with_timeout)
    rules = PolicyInForce(settings.policy, settings.written)
    offload = offload or in_thread()
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        ledger = await stack.enter_async_context(open_ledger(locations.ledger_path, offload, clock))
        journal = await stack.enter_async_context(
            open_journal(
                locations.journal_path,
                offload,
                archive_above=int(settings.disk.journal_mb * 1024 * 1024),
            )
        )
        calls = RollCall()
        ground = Ground(
            locations=locations,
            settings=settings,
            ledger=ledger,
            journal=journal,
            eyes=parts.eyes,
            offload=offload,
            clock=clock,
            chance=parts.chance,
            rules=rules,
            found=lambda: calls.found,
            cut_out=parts.cut_out,
        )
        link = await stack.enter_async_context(parts.link(ground))
        machine = Machine(
            hardware=intercepted(parts.hardware, calls),
            eyes=parts.eyes,
            tray=MemoryTray(),
            book=ledger,
            flags=ledger.flags,
            cloud=link.cloud,
            channel=link.channel,
            courier=link.courier,
            evidence=link.evidence,
            orders=link.orders,
            album=link.album,
            host=parts.host,
            credentials=parts.credentials,
            models=parts.models,
            rules=rules,
            chance=parts.chance,
        )
        runtime = Runtime(
            decider,
            machine,
            journal,
            timeouts=settings.timeouts,
            grace_s=CLEANUP_GRACE_S,
            foreseen=(DriverError, EyesError),
        )
        async with background_tasks() as nursery:
            await nursery.start(runtime.run)
            yield Daemon(runtime, machine, ledger, link)
