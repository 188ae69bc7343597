"""The simulated camera: passes encoded pictures on without looking at them."""

from __future__ import annotations

import trio

from drivers.ports import Encoding, Frame, NoAnswerError, PictureError
from drivers.sim.link import Shot, SimulatedWorld, Verb, ask_within

PICTURE_S = 1.0
"""How long an exposure and its way here may take before the picture counts as late."""


class SimulatedCamera:
    """`drivers.ports.Camera` on a simulated world.

    The world's clock may be another process's, so the time of exposure is this process's time at
    the moment the picture was asked for.
    """

    def __init__(self, world: SimulatedWorld, timeout_s: float = PICTURE_S) -> None:
        self._world = world
        self._timeout_s = timeout_s
        self._last: int | None = None

    async def take_picture(self) -> Frame:
        """Take one new picture.

        Raises:
            PictureError: none came in time, or it was the one before.
        """
        asked_at_s = trio.current_time()
        try:
            shot = await ask_within(self._world, Verb.PICTURE, self._timeout_s)
        except NoAnswerError as late:
            raise PictureError(f"no picture within {self._timeout_s:g} s") from late
        if not isinstance(shot, Shot):
            raise PictureError(f"the camera sent {type(shot).__name__} in place of a picture")
        try:
            encoding = Encoding(shot.encoding)
        except ValueError as unknown:
            raise PictureError(f"the camera sent the encoding {shot.encoding!r:.40}") from unknown
        if shot.sequence == self._last:
            raise PictureError(f"the camera is frozen: picture {shot.sequence} came again")
        self._last = shot.sequence
        return Frame(
            data=shot.data,
            encoding=encoding,
            width=0,
            height=0,
            taken_at_s=asked_at_s,
            sequence=shot.sequence,
        )
