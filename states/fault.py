"""FAULT: a part failed that the machine cannot work without; it keeps trying to come back."""

import contextlib

import trio

from drivers.ports import DriverError, Signal
from states.context import Ctx, MachineState
from states.events import FaultCleared
from states.obeying import note_refusals, obey_in_fault
from states.renewing import note_models
from states.watching import stay_in_touch, watch_door


async def recover(here: Ctx) -> None:
    """Make safe what can still be reached, then probe until the controller answers.

    Whether the machine really works again is found out in `clearing`; if it does not, the machine
    is back here, and the engine lets it try less and less often.
    """
    hardware, policy = here.machine.hardware, here.machine.policy
    for make_safe in (hardware.light.off, hardware.gate.close):
        with contextlib.suppress(DriverError):
            await make_safe()
    with contextlib.suppress(DriverError):
        await hardware.indicator.show(Signal.ERROR)
    while True:
        await trio.sleep(policy.recovery_s)
        try:
            await hardware.pulse.beat()
        except DriverError:
            continue
        await here.post(FaultCleared())
        return


FAULT = MachineState(
    "fault",
    "A vital part failed: nothing is taken while the machine tries to recover.",
    activities=(recover, watch_door, stay_in_touch, obey_in_fault, note_refusals, note_models),
    rests="until the failed part answers again or a technician comes",
)
