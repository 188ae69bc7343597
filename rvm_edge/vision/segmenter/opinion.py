"""What a mask measures, in the words that the worker and the daemon share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec
from msgspec import Meta

from rvm_edge.decision import Figure

ShareOf = Annotated[float, Meta(ge=0, le=1)]


class MaskFigures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the mask of an item measures. All zeros for a mask that holds nothing.

    Attributes:
        area: the share of the picture that is item.
        aspect: how many times as long as wide is the narrowest rectangle around its largest part.
        solidity: the share of its largest part's convex hull that is item.
        fill: the share of the detector's box that is item.
        inside: the share of the item that lies in the box.
        parts: how many separate parts it has, without crumbs.
        beside: the share of the picture that the largest other thing covers, away from the edge.
        reaching: likewise the largest other thing that reaches in from the picture's edge.
    """

    area: ShareOf = 0.0
    aspect: Annotated[float, Meta(ge=0, le=100_000)] = 0.0
    solidity: ShareOf = 0.0
    fill: ShareOf = 0.0
    inside: ShareOf = 0.0
    parts: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    beside: ShareOf = 0.0
    reaching: ShareOf = 0.0

    def named(self) -> Iterator[Figure]:
        """Yield each figure under its name, as a decision's record takes it."""
        for name in self.__struct_fields__:
            yield Figure(name, float(getattr(self, name)))
