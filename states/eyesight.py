"""Whether the camera sees: an item that nobody could see must not be followed by a hundred more."""

from __future__ import annotations

from typing import Final

import trio

from drivers.ports import Frame, PictureError
from rvm_edge.item import Reason
from rvm_edge.machine import EyesError
from rvm_edge.statechart.definition import Event
from states.capture import series_of_pictures
from states.context import Ctx
from states.events import FaultCleared, ItemReturned
from states.light import lit_chamber

UNSEEN: Final = frozenset({Reason.NO_PICTURE, Reason.CAMERA_BLIND, Reason.CAMERA_FROZEN})
"""Why an item goes back that the camera did not see."""

_SEES_NOTHING: Final = {
    Reason.CAMERA_BLIND: "black although the lamp is on: look at the lens, and whether it shines",
    Reason.CAMERA_FROZEN: "the same over and over",
}


async def require_sight(here: Ctx) -> None:
    """Take a picture; where the camera is in doubt, look into the lit and empty chamber.

    Raises:
        PictureError: it gives none, or is blind `policy.blind_looks` times in a row.
    """
    if not is_in_doubt(here.event):
        await here.machine.hardware.camera.take_picture()
        return
    trouble = ""
    for _ in range(here.machine.policy.blind_looks):
        trouble = await _what_keeps_it_from_seeing(here)
        if not trouble:
            return
    raise PictureError(trouble)


def is_in_doubt(event: Event | None) -> bool:
    """Say whether what led here was, or may have been, that the camera does not see."""
    if isinstance(event, ItemReturned):
        return event.reason in {reason.value for reason in UNSEEN}
    return isinstance(event, FaultCleared)


async def _what_keeps_it_from_seeing(here: Ctx) -> str:
    """Look once; return "" if the camera sees, or if there are no eyes to say."""
    try:
        frames = await _lit_pictures(here)
        verdict = await here.machine.eyes.judge(frames, None)
    except PictureError as error:
        return str(error)
    except EyesError:
        return ""
    seen = _SEES_NOTHING.get(verdict.reason)
    return "" if seen is None else f"the camera's pictures are {seen}"


async def _lit_pictures(here: Ctx) -> list[Frame]:
    async with lit_chamber(here):
        await trio.sleep(here.machine.policy.light_settle_s)
        return await series_of_pictures(here)
