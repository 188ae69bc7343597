"""CAPPED: so much waits for the server that guests are asked to come back later."""

import trio

from drivers.ports import Signal
from states.context import Ctx, MachineState
from states.events import CapLifted
from states.obeying import obey_at_rest
from states.renewing import renew_eyes


async def watch_queue_until_shorter(here: Ctx) -> None:
    """Post once there is room for more; that the link comes back is the chart's own matter."""
    await here.machine.hardware.indicator.show(Signal.ERROR)
    while await here.machine.courier.cap_reached():
        await trio.sleep(here.machine.policy.bin_poll_s)
    await here.post(CapLifted())


CAPPED = MachineState(
    "capped",
    "As many deposits wait for the server as the operator allows: nothing more is taken until it "
    "is reached again.",
    activities=(watch_queue_until_shorter, obey_at_rest, renew_eyes),
    rests="until the server is reached again",
)
