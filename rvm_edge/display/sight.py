"""Eyes that remember whether they last could judge."""

from __future__ import annotations

from collections.abc import Sequence

from drivers.ports import Frame
from rvm_edge.item import Verdict
from rvm_edge.machine import NOTHING_ELSE, Circumstances, Eyes, EyesError


class RememberingEyes:
    """`rvm_edge.machine.Eyes`; they judge as those inside.

    Attributes:
        trouble: why there was no verdict when one was last asked for; "" if there was one, or if
            they have been ready since.
        eyes: those inside.
    """

    def __init__(self, eyes: Eyes) -> None:
        self.trouble = ""
        self.eyes = eyes

    async def ready(self) -> None:
        """Return once a verdict can be given.

        Raises:
            EyesError: it cannot.
        """
        try:
            await self.eyes.ready()
        except EyesError as error:
            self.trouble = str(error)
            raise
        self.trouble = ""

    async def judge(
        self,
        frames: Sequence[Frame],
        weight_g: float | None,
        about: Circumstances = NOTHING_ELSE,
    ) -> Verdict:
        """Look at one item's pictures and decide.

        Raises:
            EyesError: there is no verdict.
        """
        try:
            verdict = await self.eyes.judge(frames, weight_g, about)
        except EyesError as error:
            self.trouble = str(error)
            raise
        self.trouble = ""
        return verdict

    async def as_jpeg(self, frame: Frame, most_bytes: int) -> bytes:
        """Return a picture as a JPEG.

        Raises:
            EyesError: it cannot be made.
        """
        return await self.eyes.as_jpeg(frame, most_bytes)
