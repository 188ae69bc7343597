"""CAPTURE: the light is on, and the camera looks at the item."""

from __future__ import annotations

import trio

from drivers.ports import Frame, PictureError, Signal
from rvm_edge.statechart.definition import Timeout
from states.context import Ctx, MachineState
from states.events import CaptureFailed, PicturesTaken
from states.in_hand import item_in_hand
from states.light import lit_chamber
from states.sensing import felt_weight_g


async def take_pictures(here: Ctx) -> None:
    """Take the item's pictures and its weight, and lay them out for the eyes.

    The first one is taken in the dark: behind the closed gate only what shines by itself is seen.
    """
    hardware, policy = here.machine.hardware, here.machine.policy
    item = await item_in_hand(here)
    await hardware.indicator.show(Signal.PROCESSING)
    try:
        dark = await hardware.camera.take_picture() if policy.dark_picture else None
        async with lit_chamber(here):
            await trio.sleep(policy.light_settle_s)
            frames = await series_of_pictures(here)
    except PictureError as error:
        await here.post(CaptureFailed(item.client_uuid, str(error)))
        return
    weight_g = await felt_weight_g(hardware)
    here.machine.tray.put(item.client_uuid, frames, weight_g, dark)
    await here.post(PicturesTaken(item.client_uuid, len(frames)))


async def series_of_pictures(here: Ctx) -> list[Frame]:
    """Take `policy.frames_per_item` different pictures, further apart each time.

    Raises:
        PictureError: the camera gave none, or the same one twice.
    """
    camera = here.machine.hardware.camera
    frames = [await camera.take_picture()]
    for gap_s in here.machine.policy.frame_gaps_s():
        await trio.sleep(gap_s)
        frame = await camera.take_picture()
        if frame.sequence == frames[-1].sequence:
            raise PictureError(f"the camera is frozen: picture {frame.sequence} came twice")
        frames.append(frame)
    return frames


CAPTURE = MachineState(
    "capture",
    "The chamber is lit and the camera takes pictures of the item.",
    activities=(take_pictures,),
    timeout=Timeout(8.0),
)
