"""The second judge: a segmenter that measures an item's shape before it is taken."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from rvm_edge.settings.measures import Share


class ShapeSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From which shape on an accepted item is refused after all.

    The defaults let every empty PET bottle of the shipped samples pass, whole or crushed, if its
    mask is perfect; `docs/explanation/the-second-judge.md` has the figures. How good the masks of a
    real segmenter are in a real chamber decides what they are worth there.

    Attributes:
        least_area: an item covers at least this share of the picture.
        most_area: and at most this share.
        most_aspect: it is at most so many times as long as it is wide.
        least_solidity: of its convex hull it fills at least this share: a hand fills little.
        least_fill: of the detector's box it fills at least this share.
        most_parts: in so many separate parts it may be seen.
        most_beside: something else that covers more than this share of the picture is a second
            object. 1 leaves the question out.
        most_reaching: likewise something that reaches in from the picture's edge: a hand.
    """

    least_area: Share = 0.015
    most_area: Share = 0.4
    most_aspect: Annotated[float, Meta(ge=1, le=100)] = 8.0
    least_solidity: Share = 0.55
    least_fill: Share = 0.15
    most_parts: Annotated[int, Meta(ge=1, le=100)] = 2
    most_beside: Share = 0.015
    most_reaching: Share = 0.05

    def __post_init__(self) -> None:
        """Refuse areas that nothing can have."""
        if self.least_area >= self.most_area:
            raise ValueError("least_area must be below most_area")


class SegmenterSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The second judge: SAM 2, asked about items that the rule accepts. It can only refuse.

    Needs the extra `ai` and a checkpoint; without them the machine says so and goes on without it.

    Attributes:
        enabled: whether it is asked.
        checkpoint: path of SAM 2.1's weights, a `.pt` file.
        checkpoint_sha256: what that file must hash to, in hex; it is not loaded without.
        size: which of the SAM 2.1 models the checkpoint is of.
        input_side: the edge of the square that it looks at, in pixels. It was trained with 1024;
            less is faster, and coarser.
        timeout_s: an item is taken without its opinion if that takes longer.
        probes: it is asked at so many by so many points what else lies there; 0 for not at all.
        shape: from which shape on an item is refused.
    """

    enabled: bool = False
    checkpoint: str = ""
    checkpoint_sha256: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")] = ""
    size: Literal["tiny", "small", "base_plus", "large"] = "tiny"
    input_side: Literal[256, 512, 768, 1024] = 512
    timeout_s: Annotated[float, Meta(gt=0, le=30)] = 1.5
    probes: Annotated[int, Meta(ge=0, le=8)] = 4
    shape: ShapeSettings = ShapeSettings()

    def __post_init__(self) -> None:
        """Refuse a judge that cannot be called."""
        if self.enabled and not (self.checkpoint and self.checkpoint_sha256):
            raise ValueError("checkpoint and checkpoint_sha256 must be set where it is enabled")
