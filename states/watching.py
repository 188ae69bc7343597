"""What the machine keeps an eye on, whatever else it does."""

import trio

from drivers.ports import DriverError
from states.context import Ctx
from states.events import DoorOpened, FaultRaised, MaintenanceEnter, MaintenanceExit
from states.sensing import bin_level_pct, wait_for_switch

PULSES_MISSED = 2
"""How many signs of life may fail in a row; one may be a command that took its time."""


MAINTENANCE_FLAG = "maintenance"
"""Set while somebody has ordered maintenance; outlives a restart."""


async def heed_maintenance(here: Ctx) -> None:
    """Go back to maintenance if it was ordered before a restart, unless it was just ended."""
    flags = here.machine.flags
    if isinstance(here.event, MaintenanceExit):
        await flags.put(MAINTENANCE_FLAG, False)
    elif await flags.is_set(MAINTENANCE_FLAG):
        await here.post(MaintenanceEnter())


async def stay_in_touch(here: Ctx) -> None:
    """Send heartbeats where there is no link to keep: so the server sees the machine, and can help.

    No handshake: to the server that would end the maintenance.
    """
    while True:
        await trio.sleep(here.machine.policy.heartbeat_s)
        await here.machine.cloud.heartbeat(await bin_level_pct(here.machine.hardware))


async def watch_door(here: Ctx) -> None:
    """Post once the service door stands open."""
    policy = here.machine.policy
    hardware = here.machine.hardware
    await wait_for_switch(
        hardware.door.is_open,
        policy,
        reading=True,
        every_s=policy.idle_poll_s,
        changes=hardware.changes,
    )
    await here.post(DoorOpened())


async def watch_controller(here: Ctx) -> None:
    """Feed the motor controller's dead-man, and notice when it no longer answers."""
    missed = 0
    while True:
        await trio.sleep(here.machine.policy.pulse_s)
        try:
            await here.machine.hardware.pulse.beat()
        except DriverError as error:
            missed += 1
            if missed >= PULSES_MISSED:
                await here.post(FaultRaised("controller", str(error)))
                return
        else:
            missed = 0
