"""Who looks at an item, and where its pictures lie until they have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from drivers.ports import Frame
from rvm_edge.decision import Likeness
from rvm_edge.item import Verdict


class EyesError(Exception):
    """The eyes gave no verdict: the worker died, hung, or refused the pictures."""


class Circumstances(msgspec.Struct, frozen=True):
    """What the eyes may know of an item beside its pictures and its weight.

    Attributes:
        dark: a picture of it with the lamp off; None if none was taken.
        earlier: how items looked that were credited although nobody confirmed their drop.
    """

    dark: Frame | None = None
    earlier: Sequence[Likeness] = ()


NOTHING_ELSE = Circumstances()


CutOut = Callable[[Sequence[Frame]], bytes]
"""Hands over, once, the item of these pictures as the second judge cut it out: a JPEG, or b""."""


def no_cut_out(_frames: Sequence[Frame]) -> bytes:
    """Return nothing: there is no second judge."""
    return b""


class Eyes(Protocol):
    """Decides whether an item is an empty PET bottle."""

    async def ready(self) -> None:
        """Return once a verdict can be given; wait for a model that is still loading.

        Raises:
            EyesError: it cannot be loaded.
        """
        ...

    async def judge(
        self,
        frames: Sequence[Frame],
        weight_g: float | None,
        about: Circumstances = NOTHING_ELSE,
    ) -> Verdict:
        """Look at one item's pictures and decide.

        Raises:
            EyesError: there is no verdict. The item goes back.
        """
        ...

    async def as_jpeg(self, frame: Frame, most_bytes: int) -> bytes:
        """Return a picture as a JPEG that is no longer than `most_bytes`, smaller where it must be.

        Raises:
            EyesError: it cannot be read, or nobody is there to do it.
        """
        ...


class Tray(Protocol):
    """Holds the pictures of the item in hand, from the camera to the eyes. Not durable."""

    def put(
        self,
        client_uuid: str,
        frames: Sequence[Frame],
        weight_g: float | None,
        dark: Frame | None = None,
    ) -> None:
        """Keep an item's pictures, in place of whatever was kept before.

        Args:
            client_uuid: of the item.
            frames: with the lamp on.
            weight_g: None where no scale is fitted.
            dark: with the lamp off; None if none was taken.
        """
        ...

    def dark(self, client_uuid: str) -> Frame | None:
        """Show an item's picture with the lamp off, if there is one."""
        ...

    def look(self, client_uuid: str) -> tuple[tuple[Frame, ...], float | None] | None:
        """Show an item's pictures and weight, or None if they are not here."""
        ...

    def take(self) -> tuple[str, tuple[Frame, ...]]:
        """Hand over for good what is kept: whose pictures, and the pictures; "" and none."""
        ...
