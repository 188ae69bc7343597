"""OUT_OF_SERVICE: the server refuses this machine; it asks again, slowly."""

import contextlib

import trio

from drivers.ports import DriverError, Signal
from states.context import Ctx, MachineState
from states.handshake import ANSWERS, NOT_REACHED
from states.obeying import note_refusals
from states.watching import watch_door


async def ask_again(here: Ctx) -> None:
    """Repeat the handshake at long intervals, and tell the chart what changed."""
    with contextlib.suppress(DriverError):
        await here.machine.hardware.indicator.show(Signal.ERROR)
    while True:
        await trio.sleep(here.machine.policy.retry_refused_s)
        answer = await here.machine.cloud.handshake()
        if answer not in NOT_REACHED:
            await here.post(ANSWERS[answer])


UNAUTHORIZED = MachineState(
    "unauthorized",
    "The server does not accept the machine's key: the credentials have to be imported again.",
    activities=(ask_again,),
    rests="until the server accepts the key or a technician imports another one",
)

BLOCKED = MachineState(
    "blocked",
    "The operator has blocked this machine.",
    activities=(ask_again,),
    rests="until the operator lifts the block",
)

OUT_OF_SERVICE = MachineState(
    "out_of_service",
    "The server refuses this machine: nothing is taken.",
    activities=(watch_door, note_refusals),
    children=(UNAUTHORIZED, BLOCKED),
    initial="unauthorized",
)
