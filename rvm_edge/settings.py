"""The frozen, typed settings. Unknown keys are refused with a "did you mean"."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Seconds = Annotated[float, Meta(gt=0, le=86_400)]
Percent = Annotated[float, Meta(ge=0, le=100)]
Share = Annotated[float, Meta(ge=0, le=1)]
Threshold = Annotated[float, Meta(gt=0, le=1)]


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the chart's activities behave. Times in seconds.

    Attributes:
        poll_s: how often sensors are read while waiting for a person.
        idle_poll_s: how often they are read when nothing is going on.
        debounce_s: how long a sensor must agree with itself to be believed.
        light_settle_s: from light on to the first picture.
        frames_per_item: how many pictures are taken of each item.
        frame_gap_s: between two of them.
        hand_patience_s: how long the gate waits for a hand to leave the slot.
        bin_full_pct: from this level the machine takes nothing more.
        bin_free_pct: below this level it takes items again.
        heartbeat_s: between two heartbeats while online.
        heartbeat_failures: how many in a row mean that the link is lost.
        reconnect_first_s: the first wait before a new handshake.
        reconnect_cap_s: the longest wait between two handshakes.
        retry_refused_s: how often a machine that the server refused asks again.
        start_on_approach: whether an item held to the slot starts a guest's deposit.
        bin_poll_s: between two measurements of the bin while nobody is at the machine.
        item_min_g: from this weight on the scale says that something lies in the chamber.
        pulse_s: between two signs of life asked of the motor controller.
        recovery_s: between two probes of a machine at fault.
    """

    poll_s: Seconds = 0.02
    idle_poll_s: Seconds = 0.25
    debounce_s: Seconds = 0.06
    light_settle_s: Annotated[float, Meta(ge=0, le=10)] = 0.15
    frames_per_item: Annotated[int, Meta(ge=1, le=16)] = 3
    frame_gap_s: Annotated[float, Meta(ge=0, le=5)] = 0.05
    hand_patience_s: Seconds = 20.0
    bin_full_pct: Percent = 90.0
    bin_free_pct: Percent = 80.0
    heartbeat_s: Seconds = 35.0
    heartbeat_failures: Annotated[int, Meta(ge=1, le=100)] = 3
    reconnect_first_s: Seconds = 1.0
    reconnect_cap_s: Seconds = 60.0
    retry_refused_s: Seconds = 300.0
    start_on_approach: bool = True
    bin_poll_s: Seconds = 5.0
    item_min_g: Annotated[float, Meta(gt=0, le=100)] = 4.0
    pulse_s: Seconds = 5.0
    recovery_s: Seconds = 2.0

    def __post_init__(self) -> None:
        """Refuse values that contradict each other."""
        if self.bin_free_pct >= self.bin_full_pct:
            raise ValueError("bin_free_pct must be below bin_full_pct")
        if self.reconnect_first_s > self.reconnect_cap_s:
            raise ValueError("reconnect_first_s must not exceed reconnect_cap_s")


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


class AcceptanceSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The figures in the acceptance rule.

    Attributes:
        thresholds: per class.
        quorum: which share of an item's pictures must show an empty PET bottle; always more than
            half of them.
        two_items_iou: two bottles in one picture whose boxes overlap less than this (intersection
            over union) are two items.
        min_weight_g: below this the scale says that nothing lies there.
        max_weight_g: above this a bottle is not empty, whatever the picture shows.
        late_s: a verdict that took longer is not acted upon: nobody knows what lies there by then.
    """

    thresholds: Thresholds = Thresholds()
    quorum: Annotated[float, Meta(gt=0.5, le=1)] = 0.66
    two_items_iou: Share = 0.45
    min_weight_g: Annotated[float, Meta(ge=0, le=1000)] = 3.0
    max_weight_g: Annotated[float, Meta(gt=0, le=5000)] = 60.0
    late_s: Annotated[float, Meta(gt=0, le=60)] = 3.0

    def __post_init__(self) -> None:
        """Refuse a rule that no bottle can meet."""
        if self.min_weight_g >= self.max_weight_g:
            raise ValueError("min_weight_g must be below max_weight_g")


class VisionSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the machine sees.

    Attributes:
        model: path of an ONNX file, or "" for the model that the project ships.
        model_sha256: what that file must hash to, in hex; "" only for a model of one's own that
            nobody has pinned. The shipped model is pinned by its manifest.
        threads: how many threads one look may use.
        confidence_floor: detections below this are not even recorded.
        nms_iou: two boxes of one class that overlap more are one thing.
        judge_timeout_s: a worker that takes longer for one item is taken for dead.
        start_timeout_s: a worker that takes longer to start is taken for dead.
        restart_first_s: the first wait before a new worker is started.
        restart_cap_s: the longest such wait.
        acceptance: the figures in the acceptance rule.
    """

    model: str = ""
    model_sha256: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")] = ""
    threads: Annotated[int, Meta(ge=1, le=64)] = 2
    confidence_floor: Threshold = 0.1
    nms_iou: Share = 0.6
    judge_timeout_s: Annotated[float, Meta(gt=0, le=60)] = 5.0
    start_timeout_s: Annotated[float, Meta(gt=0, le=600)] = 60.0
    restart_first_s: Annotated[float, Meta(gt=0, le=60)] = 0.1
    restart_cap_s: Annotated[float, Meta(gt=0, le=3600)] = 30.0
    acceptance: AcceptanceSettings = AcceptanceSettings()

    def __post_init__(self) -> None:
        """Refuse settings under which a rejecting detection could be dropped unseen."""
        lowest = min(msgspec.structs.astuple(self.acceptance.thresholds))
        if self.confidence_floor > lowest:
            raise ValueError(f"confidence_floor may not be above a class's threshold ({lowest:g})")
        if self.restart_first_s > self.restart_cap_s:
            raise ValueError("restart_first_s may not be above restart_cap_s")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that `settings.toml` may say.

    Attributes:
        policy: how the machine behaves.
        vision: how it sees.
        timeouts: how long a state may last, by the state's path; the chart's own value otherwise.
    """

    policy: Policy = Policy()
    vision: VisionSettings = VisionSettings()
    timeouts: Annotated[dict[str, Seconds], Meta(max_length=100)] = {}
