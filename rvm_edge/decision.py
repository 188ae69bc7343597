"""What a verdict was made of, so that it can be argued about long after.

Types only: `vision` writes a record, `ledger` stores it as JSON beside the item, and the command
line shows it. Whatever else is known of the verdict (class, detections, weight, model, time) stands
in the item's own row.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import msgspec
from msgspec import Meta

Luma = Annotated[float, Meta(ge=0, le=255)]
Side = Annotated[int, Meta(ge=0, le=65_535)]
Dhash = Annotated[str, Meta(pattern="^([0-9a-f]{16})?$")]

NO_OPINION = "no opinion"
"""How the words of a second judge begin that was asked and had nothing to say."""


class PictureFigures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a picture is like, whatever it shows.

    Attributes:
        luma_mean: mean brightness, 0 to 255 (ITU-R BT.601, as OpenCV's grey).
        luma_deviation: standard deviation of the brightness; a wall of one colour has about none.
        luma_bright: so bright are 5 % of the pixels at least.
        pixels: SHA-256 of the decoded pixels, row by row, blue green red, in hex.
        width: in pixels; 0 in records of programs that did not note it.
        height: likewise.
    """

    luma_mean: Luma
    luma_deviation: Luma
    luma_bright: Luma
    pixels: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    width: Side = 0
    height: Side = 0


class Vote(Enum):
    """What one picture says of the item."""

    FOR = "for"
    """It shows a PET bottle surely enough, and nothing that speaks against one."""

    AGAINST = "against"
    """It shows something that speaks against the item."""

    NOTHING = "nothing"
    """It shows neither."""

    UNREADABLE = "unreadable"


class PictureRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One picture in a record.

    Attributes:
        vote: what it says of the item.
        figures: what it is like; None for one that nobody measured.
        dhash: how the bottle in it looks, see `Likeness`; "" without a bottle.
    """

    vote: Vote
    figures: PictureFigures | None = None
    dhash: Dhash = ""


class Likeness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an item looked, to know it again.

    Attributes:
        dhashes: per picture with a bottle, the 64-bit difference hash of the bottle's cut, in hex.
        weight_g: what it weighed; None where no scale is fitted.
    """

    dhashes: Annotated[tuple[Dhash, ...], Meta(max_length=32)]
    weight_g: float | None = None


class Figure(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """One figure of the rule that was in force. A pair, so that it outlives the setting's shape."""

    setting: Annotated[str, Meta(max_length=100)]
    value: float


class SecondOpinion(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a second judge said, where one was asked.

    Attributes:
        judge: which one, such as the segmenter's name and version.
        says: its opinion, in a word or two.
        figures: what it measured.
    """

    judge: Annotated[str, Meta(max_length=200)]
    says: Annotated[str, Meta(max_length=200)]
    figures: Annotated[tuple[Figure, ...], Meta(max_length=64)] = ()


class DecisionRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that the rule had before it, beside what the item's row holds.

    Attributes:
        pictures: one per picture, in the order they were taken.
        votes: how many of them were for the item.
        votes_needed: how many had to be.
        rule: the rule's figures in force.
        dark: the picture that was taken with the lamp off; None if none was.
        compared: how many earlier items it was compared with.
        second_opinion: None where no second judge was asked.
    """

    pictures: Annotated[tuple[PictureRecord, ...], Meta(max_length=32)]
    votes: int
    votes_needed: int
    rule: Annotated[tuple[Figure, ...], Meta(max_length=200)]
    dark: PictureFigures | None = None
    compared: int = 0
    second_opinion: SecondOpinion | None = None

    def likeness(self, weight_g: float | None) -> Likeness:
        """Return how the item looked that weighed so much."""
        found = tuple(one.dhash for one in self.pictures if one.dhash)
        return Likeness(found, weight_g)
