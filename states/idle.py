"""IDLE: the machine waits for a person."""

import uuid

import trio

from drivers.ports import Signal
from rvm_edge.item import SessionMode
from states.context import Ctx, MachineState
from states.events import BinFull, CapReached, SessionRequested
from states.obeying import obey_in_idle
from states.renewing import renew_eyes
from states.sensing import bin_level_pct, is_full, wait_for_switch


async def watch_bin(here: Ctx) -> None:
    """Show that the machine is ready, and keep measuring the bin."""
    hardware = here.machine.hardware
    await hardware.indicator.show(Signal.IDLE)
    while True:
        level_pct, policy = await bin_level_pct(hardware), here.machine.policy
        if level_pct is not None and is_full(level_pct, policy):
            await here.post(BinFull(level_pct))
            return
        await trio.sleep(policy.bin_poll_s)


async def watch_slot(here: Ctx) -> None:
    """Start a guest's deposit when somebody holds something to the slot.

    The slot must have been free before: a leaf stuck in it is no guest.
    """
    hardware, policy = here.machine.hardware, here.machine.policy
    if not policy.start_on_approach:
        return
    for reading in (False, True):
        await wait_for_switch(
            hardware.slot.is_occupied,
            policy,
            reading=reading,
            every_s=policy.idle_poll_s,
            changes=hardware.changes,
        )
    await here.post(SessionRequested(str(uuid.uuid4()), SessionMode.GUEST.value))


async def watch_cap(here: Ctx) -> None:
    """Say when too much waits for the server; while it is reached the chart does not mind."""
    while True:
        why = await here.machine.courier.cap_reached()
        if why:
            await here.post(CapReached(why))
        await trio.sleep(here.machine.policy.bin_poll_s)


IDLE = MachineState(
    "idle",
    "Ready for a person; nothing is in the chamber.",
    activities=(watch_bin, watch_slot, watch_cap, obey_in_idle, renew_eyes),
    rests="nobody may come all night",
)
