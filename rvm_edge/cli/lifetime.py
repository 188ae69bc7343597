"""From the machine's start to its end, under a service manager or in a terminal."""

from __future__ import annotations

import faulthandler
import signal
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Final

import trio

from rvm_edge.cli.collector import begin_collecting
from rvm_edge.cli.telling import Teller
from rvm_edge.daemon import LONGEST_STEP_S, Daemon
from rvm_edge.health.service_host import ServiceHost
from rvm_edge.service.notify import service_manager
from rvm_edge.service.watchdog import report

if TYPE_CHECKING:
    from rvm_edge.cli.own.screen import OwnScreen

STARTED_S: Final = 3.0
"""A machine that has run for so long has loaded what it starts with, its screen included."""


async def live(
    start: Callable[[], AbstractAsyncContextManager[Daemon]],
    host: ServiceHost,
    screen: OwnScreen | None,
    upkeep: Callable[[Daemon], Awaitable[None]],
    as_json: bool,  # noqa: FBT001 - trio.run passes by position
) -> None:
    """Run a machine until a signal comes, or until it wants to be started anew.

    Args:
        start: starts it.
        host: knows when it wants to be.
        screen: shown beside it; None for none.
        upkeep: looks after the computer's disk and log beside it.
        as_json: how stderr tells of it.
    """
    faulthandler.enable()  # a service manager ends a process that hangs with SIGABRT
    manager = service_manager()
    ends = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    with trio.open_signal_receiver(*ends) as signals:
        async with start() as daemon, trio.open_nursery() as nursery:
            teller = Teller(as_json=as_json)
            nursery.start_soon(teller.follow, daemon.runtime)
            nursery.start_soon(report, manager, daemon.runtime, LONGEST_STEP_S)
            if screen is not None:
                nursery.start_soon(screen.show, daemon, teller.tell_of_screen)
            nursery.start_soon(upkeep, daemon)
            nursery.start_soon(_end_when_asked, host, nursery.cancel_scope)
            nursery.start_soon(_collect_once_started)
            async for _ in signals:
                break
            manager.stopping()
            nursery.cancel_scope.cancel()


async def _collect_once_started() -> None:
    await trio.sleep(STARTED_S)
    begin_collecting()


async def _end_when_asked(host: ServiceHost, everything: trio.CancelScope) -> None:
    """End in order when the machine wants to start anew: whoever started it starts it again."""
    await host.asked_to_end()
    everything.cancel()
