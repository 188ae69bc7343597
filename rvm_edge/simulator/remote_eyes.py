"""Scripted eyes for a machine whose world lives in another process."""

from __future__ import annotations

from collections.abc import Sequence

import trio

from drivers.ports import DriverError, Frame
from rvm_edge.item import Verdict
from rvm_edge.machine import NOTHING_ELSE, Circumstances, EyesError
from rvm_edge.simulator.eyes import true_reason, unchanged, verdict_on
from rvm_edge.simulator.remote import RemotePeople
from rvm_edge.simulator.truth import Specimen


class RemoteScriptedEyes:
    """`rvm_edge.machine.Eyes` that ask the remote world what lies there: ready at once."""

    def __init__(self, people: RemotePeople) -> None:
        self._people = people

    async def ready(self) -> None:
        """Return once the world answers.

        Raises:
            EyesError: it is gone.
        """
        await self._inside()

    async def judge(
        self,
        frames: Sequence[Frame],
        weight_g: float | None,
        about: Circumstances = NOTHING_ELSE,  # noqa: ARG002 - they know the truth
    ) -> Verdict:
        """Say what lies in the chamber.

        Raises:
            EyesError: the world is gone.
        """
        inside = await self._inside()
        reason = true_reason(inside, len(frames))
        return verdict_on(reason, inside, frames, weight_g)

    async def as_jpeg(self, frame: Frame, most_bytes: int) -> bytes:
        """Return a JPEG that is short enough as it is, without asking the world.

        Raises:
            EyesError: it is not.
        """
        await trio.lowlevel.checkpoint()
        return unchanged(frame, most_bytes)

    async def _inside(self) -> list[Specimen]:
        try:
            return [item.specimen for item in await self._people.in_chamber()]
        except DriverError as error:
            raise EyesError(f"the simulated world does not answer: {error}") from error
