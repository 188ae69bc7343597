"""How the chart's activities behave."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from rvm_edge.settings.measures import Percent, Seconds

LONGEST_GAP_S = 0.4
"""From here on the gaps between an item's pictures do not grow: somebody waits for them."""


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the chart's activities behave. Times in seconds.

    Attributes:
        poll_s: how often sensors are read while waiting for a person.
        idle_poll_s: how often they are read when nothing is going on.
        debounce_s: how long a sensor must agree with itself to be believed.
        light_settle_s: from light on to the first picture.
        frames_per_item: how many pictures are taken of each item.
        frame_gap_s: between the first two of them.
        frame_gap_growth: by so much each gap is longer than the one before, up to 0.4 s: so the
            pictures are spread over the time in which lamp, exposure and bottle settle.
        dark_picture: whether one more is taken before the lamp goes on: what shines by itself is no
            bottle.
        blind_looks: so many looks into the lit, empty chamber may show nothing, after an item that
            the camera did not see, before the camera counts as failed.
        hand_patience_s: how long the gate waits for a hand to leave the slot.
        drop_patience_s: how long an accepted item waits for hand or string to leave the slot before
            it is handed back.
        bin_full_pct: from this level the machine takes nothing more; a value that stands in this
            file counts for more than the server's.
        bin_free_pct: below this level it takes items again.
        heartbeat_s: between two heartbeats while online.
        heartbeat_failures: how many in a row mean that the link is lost.
        reconnect_first_s: the first wait before a new handshake is at most this; it is left to
            chance, so that a whole fleet does not come back in one second.
        reconnect_cap_s: the longest wait between two handshakes.
        retry_refused_s: how often a machine that the server refused asks again.
        start_on_approach: whether an item held to the slot starts a guest's deposit.
        bin_poll_s: between two measurements of the bin while nobody is at the machine.
        item_min_g: from this weight on the scale says that something lies in the chamber.
        pulse_s: between two signs of life asked of the motor controller.
        recovery_s: between two probes of a machine at fault.
        door_by_server: whether the server may draw the service door's bolt while the machine is in
            maintenance. Whoever may give orders there can then open the machine.
    """

    poll_s: Seconds = 0.02
    idle_poll_s: Seconds = 0.25
    debounce_s: Seconds = 0.06
    light_settle_s: Annotated[float, Meta(ge=0, le=10)] = 0.15
    frames_per_item: Annotated[int, Meta(ge=1, le=16)] = 3
    frame_gap_s: Annotated[float, Meta(ge=0, le=5)] = 0.05
    frame_gap_growth: Annotated[float, Meta(ge=1, le=10)] = 2.0
    dark_picture: bool = True
    blind_looks: Annotated[int, Meta(ge=1, le=10)] = 3
    hand_patience_s: Seconds = 20.0
    drop_patience_s: Annotated[float, Meta(ge=0, le=10)] = 5.0
    bin_full_pct: Percent = 90.0
    bin_free_pct: Percent = 80.0
    heartbeat_s: Seconds = 35.0
    heartbeat_failures: Annotated[int, Meta(ge=1, le=100)] = 3
    reconnect_first_s: Seconds = 5.0
    reconnect_cap_s: Seconds = 60.0
    retry_refused_s: Seconds = 300.0
    start_on_approach: bool = True
    bin_poll_s: Seconds = 5.0
    item_min_g: Annotated[float, Meta(gt=0, le=100)] = 4.0
    pulse_s: Seconds = 5.0
    recovery_s: Seconds = 2.0
    door_by_server: bool = False

    def __post_init__(self) -> None:
        """Refuse values that contradict each other."""
        if self.bin_free_pct >= self.bin_full_pct:
            raise ValueError("bin_free_pct must be below bin_full_pct")
        if self.reconnect_first_s > self.reconnect_cap_s:
            raise ValueError("reconnect_first_s must not exceed reconnect_cap_s")

    def frame_gaps_s(self) -> tuple[float, ...]:
        """Return the pauses between an item's pictures, in order."""
        longest_s = max(self.frame_gap_s, LONGEST_GAP_S)
        return tuple(
            min(self.frame_gap_s * self.frame_gap_growth**number, longest_s)
            for number in range(self.frames_per_item - 1)
        )
