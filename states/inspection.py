"""INSPECTION: the server asked for a picture of the chamber, which is empty now."""

import trio

from drivers.ports import DriverError
from rvm_edge.statechart.definition import Timeout
from states.context import Ctx, MachineState
from states.events import InspectionDone, PictureOrdered
from states.light import lit_chamber


async def look_into_chamber(here: Ctx) -> None:
    """Take one picture of the empty chamber and offer it to the server, in the dark again."""
    order_id = here.event.order_id if isinstance(here.event, PictureOrdered) else ""
    machine = here.machine
    try:
        async with lit_chamber(here):
            await trio.sleep(machine.policy.light_settle_s)
            frame = await machine.hardware.camera.take_picture()
    except DriverError as error:
        await here.post(InspectionDone(order_id, f"no picture: {error}"[:200]))
        return
    await here.post(InspectionDone(order_id, await machine.album.offer(frame)))


INSPECTION = MachineState(
    "inspection",
    "The server asked for a picture of the empty chamber.",
    activities=(look_into_chamber,),
    timeout=Timeout(45.0),
)
