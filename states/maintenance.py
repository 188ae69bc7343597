"""MAINTENANCE: a technician is at the machine, or the operator has closed it."""

import contextlib

from drivers.ports import DriverError, Signal
from states.context import Ctx, MachineState
from states.events import DoorClosed, MaintenanceEnter
from states.obeying import note_refusals, obey_in_maintenance
from states.renewing import note_models, renew_eyes
from states.sensing import wait_for_switch
from states.watching import MAINTENANCE_FLAG, stay_in_touch


async def stay_until_closed(here: Ctx) -> None:
    """Remember an order to stay; otherwise give the machine back when the door is shut.

    Nothing moves here by itself: the technician's hands may be anywhere.
    """
    hardware, flags, policy = here.machine.hardware, here.machine.flags, here.machine.policy
    if isinstance(here.event, MaintenanceEnter):
        await flags.put(MAINTENANCE_FLAG, True)
    with contextlib.suppress(DriverError):
        await hardware.indicator.show(Signal.ERROR)
    if await flags.is_set(MAINTENANCE_FLAG):
        return
    is_open = hardware.door.is_open
    await wait_for_switch(is_open, policy, reading=False, every_s=policy.idle_poll_s)
    await here.post(DoorClosed())


MAINTENANCE = MachineState(
    "maintenance",
    "A technician is at work, or the operator has closed the machine: nothing is taken.",
    activities=(
        stay_until_closed,
        stay_in_touch,
        obey_in_maintenance,
        note_refusals,
        renew_eyes,
        note_models,
    ),
    rests="until the door is shut or the machine is given back",
)
