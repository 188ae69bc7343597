"""What brings a machine, with a deposit going on, into each state of the intake."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from rvm_edge.simulator.faults import Fault
from states import paths
from states.chart import CHART
from tests.rig import Booted
from tests.served_rig import PET, SODA, ServedRig

Approach = Callable[[ServedRig, Booted], Awaitable[None]]


async def nothing_more(rig: ServedRig, booted: Booted) -> None:
    await trio.lowlevel.checkpoint()


async def bottle(rig: ServedRig, booted: Booted) -> None:
    await booted.insert(PET)


async def can(rig: ServedRig, booted: Booted) -> None:
    await booted.insert(SODA)


async def deposit_and_finish(rig: ServedRig, booted: Booted) -> None:
    await booted.deposit(PET)
    await booted.finish()


async def jam_while_sorting(rig: ServedRig, booted: Booted) -> None:
    rig.world.inject(Fault.SORTER_JAMS, times=1)
    await booted.insert(PET)


async def fill_up(rig: ServedRig, booted: Booted) -> None:
    await booted.deposit(PET)
    rig.world.set_bin_pct(95.0)


APPROACHES: dict[str, Approach] = {
    paths.CLEARING: jam_while_sorting,
    paths.IDLE: deposit_and_finish,
    paths.FULL: fill_up,
    paths.WAITING: nothing_more,
    paths.CAPTURE: bottle,
    paths.CLASSIFY: bottle,
    paths.ACCEPT: bottle,
    paths.REJECT: can,
}
"""What brings a machine, with a deposit going on, into each state."""

ENDED_BY_THE_LINK = (paths.CAPPED,)
"""It is there for want of a link."""

NEEDS_THE_LINK = (paths.INSPECTION,)
"""Only the server's order leads there; see the orders' own tests."""

STATES = [
    path
    for path, state in CHART.walk()
    if path.startswith("operational.intake.")
    and not state.children
    and path not in (*ENDED_BY_THE_LINK, *NEEDS_THE_LINK)
]
