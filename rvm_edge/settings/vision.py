"""How the machine sees, and the figures in the acceptance rule."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from rvm_edge.settings.measures import Share, Threshold
from rvm_edge.settings.segmenter import SegmenterSettings

Backend = Literal["auto", "onnxruntime", "ultralytics"]
Device = Annotated[str, Meta(pattern="^(auto|cpu|cuda(:[0-9]{1,2})?)$")]


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From which confidence on the acceptance rule believes a detection, per class, 0 to 1.

    Classes that speak against an item are believed earlier than the one that speaks for it: a
    global 0.5 would miss a can that the model is 0.28 sure of.

    Attributes:
        mineral: a PET bottle, believed enough to take it.
        mineral_seen: a PET bottle, believed enough to count as a thing in the picture: below
            `mineral` it makes the item uncertain, beside another one it makes two items.
        soda: a beverage can or soda bottle.
        milk: a milk carton or bottle.
        yogurt: a yogurt cup or bottle.
        dishwasher: a detergent bottle.
        non_mineral: any other container.
        not_empty: something is still inside.
        other: a class that this program does not know.
    """

    mineral: Threshold = 0.5
    mineral_seen: Threshold = 0.25
    soda: Threshold = 0.25
    milk: Threshold = 0.25
    yogurt: Threshold = 0.25
    dishwasher: Threshold = 0.25
    non_mineral: Threshold = 0.25
    not_empty: Threshold = 0.25
    other: Threshold = 0.25

    def __post_init__(self) -> None:
        """Refuse thresholds that contradict each other."""
        if self.mineral_seen > self.mineral:
            raise ValueError("mineral_seen may not be above mineral")

    def over(self, model_says: Thresholds | None) -> Thresholds:
        """Return a model's own thresholds, save those that are set here to other than default."""
        if model_says is None:
            return self
        default = Thresholds()
        mixed = {
            name: getattr(
                self if getattr(self, name) != getattr(default, name) else model_says, name
            )
            for name in self.__struct_fields__
        }
        mixed["mineral_seen"] = min(mixed["mineral_seen"], mixed["mineral"])
        return Thresholds(**mixed)


class WeightRange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a container of one class weighs while it is empty, in grams.

    The default is an estimate for PET water bottles of 0.5 to 2 litres with their caps and some
    drops, not a measurement: weigh what is sold at the site.

    Attributes:
        least_g: below this it is no such container, but a picture of one.
        most_g: above this something is in it that no camera may see.
    """

    least_g: Annotated[float, Meta(ge=0, le=5000)] = 7.0
    most_g: Annotated[float, Meta(gt=0, le=5000)] = 55.0

    def __post_init__(self) -> None:
        """Refuse a range that holds nothing."""
        if self.least_g >= self.most_g:
            raise ValueError("least_g must be below most_g")


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Per class that is taken, what it weighs while it is empty, where a scale is fitted.

    Attributes:
        mineral: a PET bottle.
    """

    mineral: WeightRange = WeightRange()


class AcceptanceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The figures in the acceptance rule.

    Attributes:
        thresholds: per class. One that is left at its default is the model's own where the model
            brings its own, chosen when it was trained.
        weights: per class that is taken.
        quorum: which share of an item's pictures must show an empty PET bottle; always more than
            half of them.
        two_items_iou: two bottles in one picture whose boxes overlap less than this (intersection
            over union) are two items.
        min_weight_g: below this the scale says that nothing lies there.
        weight_error_g: how far the scale may be off, either way; a weight counts as within a range
            only if it is there for certain.
        blind_mean: a picture of the lit chamber that is darker than this on average, 0 to 255,
            shows nothing: the lamp is dead, or the lens is covered.
        blind_deviation: likewise one whose brightness varies less than this (standard deviation).
        dark_bright: if 5 % of the picture with the lamp off are brighter than this, 0 to 255,
            something in the chamber shines by itself. 255 leaves the question out.
        repeat_bits: in so many of 64 bits two looks of one bottle may differ.
        late_s: a verdict that took longer is not acted upon: nobody knows what lies there by then.
    """

    thresholds: Thresholds = Thresholds()
    weights: Weights = Weights()
    quorum: Annotated[float, Meta(gt=0.5, le=1)] = 0.66
    two_items_iou: Share = 0.45
    min_weight_g: Annotated[float, Meta(ge=0, le=1000)] = 3.0
    weight_error_g: Annotated[float, Meta(ge=0, le=100)] = 1.0
    blind_mean: Annotated[float, Meta(ge=0, le=255)] = 16.0
    blind_deviation: Annotated[float, Meta(ge=0, le=128)] = 3.0
    dark_bright: Annotated[float, Meta(ge=0, le=255)] = 64.0
    repeat_bits: Annotated[int, Meta(ge=0, le=32)] = 10
    late_s: Annotated[float, Meta(gt=0, le=60)] = 3.0

    def __post_init__(self) -> None:
        """Refuse a rule that no bottle can meet."""
        bottle = self.weights.mineral
        if self.min_weight_g >= bottle.most_g:
            raise ValueError("min_weight_g must be below weights.mineral.most_g")
        if bottle.most_g - bottle.least_g <= 2 * self.weight_error_g:
            raise ValueError("weight_error_g leaves nothing of weights.mineral")


class VisionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the machine sees.

    Attributes:
        model: path of an `.onnx`, `.pt` or `.engine` file, or "" for the model that the project
            ships.
        model_sha256: what that file must hash to, in hex; "" only for a model of one's own that
            nobody has pinned. The shipped model is pinned by its manifest.
        backend: what runs the model: `onnxruntime` for `.onnx` alone, `ultralytics` for all three,
            with the extra `ai`; `auto` for ONNX Runtime where it can.
        device: where Ultralytics and the second judge run: `cpu`, `cuda`, `cuda:1`; `auto` for the
            GPU where there is one.
        half: on a GPU, compute with half precision (FP16).
        threads: how many threads one look may use.
        confidence_floor: detections below this are not even recorded.
        nms_iou: two boxes of one class that overlap more are one thing.
        judge_timeout_s: a worker that takes longer for one item is taken for dead.
        start_timeout_s: a worker that takes longer to start is taken for dead.
        restart_first_s: the first wait before a new worker is started.
        restart_cap_s: the longest such wait.
        acceptance: the figures in the acceptance rule.
        segmenter: the second judge.
    """

    model: str = ""
    model_sha256: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")] = ""
    backend: Backend = "auto"
    device: Device = "auto"
    half: bool = True
    threads: Annotated[int, Meta(ge=1, le=64)] = 2
    confidence_floor: Threshold = 0.1
    nms_iou: Share = 0.6
    judge_timeout_s: Annotated[float, Meta(gt=0, le=60)] = 5.0
    start_timeout_s: Annotated[float, Meta(gt=0, le=600)] = 60.0
    restart_first_s: Annotated[float, Meta(gt=0, le=60)] = 0.1
    restart_cap_s: Annotated[float, Meta(gt=0, le=3600)] = 30.0
    acceptance: AcceptanceSettings = AcceptanceSettings()
    segmenter: SegmenterSettings = SegmenterSettings()

    def __post_init__(self) -> None:
        """Refuse settings under which a rejecting detection could be dropped unseen."""
        lowest = min(msgspec.structs.astuple(self.acceptance.thresholds))
        if self.confidence_floor > lowest:
            raise ValueError(f"confidence_floor may not be above a class's threshold ({lowest:g})")
        if self.restart_first_s > self.restart_cap_s:
            raise ValueError("restart_first_s may not be above restart_cap_s")
        allowed_s = min(self.judge_timeout_s, self.acceptance.late_s)
        if self.segmenter.enabled and self.segmenter.timeout_s >= allowed_s:
            raise ValueError(f"segmenter.timeout_s must be below {allowed_s:g}: a verdict is late")

    def rule_with(self, model_says: Thresholds | None) -> AcceptanceSettings:
        """Return the figures in the rule for a model that brings thresholds of its own, or none."""
        mixed = self.acceptance.thresholds.over(model_says)
        return msgspec.structs.replace(self.acceptance, thresholds=mixed)
