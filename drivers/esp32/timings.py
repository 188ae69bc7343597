"""Times of the link to the motor controller, and which dialect is spoken on it."""

from __future__ import annotations

from enum import Enum

import msgspec


class Dialect(Enum):
    """How the controller is spoken to."""

    AUTO = "auto"
    """Framed if it answers to that, else ASCII."""
    ASCII = "ascii"
    FRAMED = "framed"


class LinkTimings(msgspec.Struct, frozen=True):
    """Times of the link, in seconds.

    Attributes:
        ack_s: how long a command may take; the mechanism's longest run is well below it.
        settle_s: after opening, whatever comes for this long is thrown away: an ESP32 may reboot
            when its port is opened, and talks while it does.
        retry_first_s: from losing the port to the first attempt to open it again.
        retry_cap_s: the longest wait between two attempts.
        resync_pings: ASCII: how many pings may go unanswered before the controller counts as
            silent.
        frame_s: framed: an order is sent again after so long without its outcome.
        frame_retries: framed: so many times, if nothing at all is heard of it.
        boot_s: framed, where nothing else will do: so long a controller that is not up yet is
            greeted, before its port is opened anew.
        heartbeat_s: framed: from one heartbeat to the next; less where the controller's dead-man is
            shorter than asked.
        dead_man_s: framed: what the controller is asked to stop everything after.
    """

    ack_s: float = 3.0
    settle_s: float = 2.0
    retry_first_s: float = 0.2
    retry_cap_s: float = 5.0
    resync_pings: int = 2
    frame_s: float = 0.25
    frame_retries: int = 3
    boot_s: float = 10.0
    heartbeat_s: float = 1.0
    dead_man_s: float = 4.0
