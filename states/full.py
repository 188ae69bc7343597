"""FULL: the bin has no room; the machine waits for it to be emptied."""

import trio

from drivers.ports import Signal
from states.context import Ctx, MachineState
from states.events import BinFreed
from states.obeying import obey_at_rest
from states.renewing import renew_eyes
from states.sensing import bin_level_pct


async def watch_bin_until_emptied(here: Ctx) -> None:
    """Post once the bin has clearly more room than when it was full."""
    hardware = here.machine.hardware
    await hardware.indicator.show(Signal.ERROR)
    while True:
        level_pct, policy = await bin_level_pct(hardware), here.machine.policy
        if level_pct is not None and level_pct < policy.bin_free_pct:
            await here.post(BinFreed(level_pct))
            return
        await trio.sleep(policy.bin_poll_s)


FULL = MachineState(
    "full",
    "The bin is full: nothing is taken until it is emptied.",
    activities=(watch_bin_until_emptied, obey_at_rest, renew_eyes),
    rests="until somebody empties the bin",
)
