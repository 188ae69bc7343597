"""What the page and the machine say to each other: JSON, checked against these types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from rvm_edge.provisioning.site import Language
from rvm_edge.provisioning.wizard.premises import End, Look, Part, Reading


class Paired(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code that somebody typed."""

    code: Annotated[str, Meta(max_length=32)]


class SiteChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the server is, and where the machine stands."""

    server_url: Annotated[str, Meta(max_length=300)]
    time_zone: Annotated[str, Meta(max_length=100)]
    language: Language


class BinWord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A technician's word about the bin.

    Attributes:
        what: "empty" and "full": as it is now; "neither": what was measured is to be forgotten.
        cm: from the sensor to the topmost item of a full bin, typed; None to have it measured.
    """

    what: Literal["empty", "full", "neither"]
    cm: Annotated[float, Meta(ge=0, le=1000)] | None = None

    def __post_init__(self) -> None:
        """Refuse a distance of anything but a full bin."""
        if self.cm is not None and self.what != "full":
            raise ValueError("cm belongs to full")


Number = Annotated[int, Meta(ge=1, le=2**53)]
"""A press of a button: higher than that of every one before it."""


class Hold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A button is pressed.

    Attributes:
        part: what is to move, or to shine.
        press: under which its page speaks of it.
    """

    part: Part
    press: Number


class Pressed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A button is held still, or is let go.

    Attributes:
        press: which.
    """

    press: Number


class DraftNow(msgspec.Struct, frozen=True):
    """What has been entered so far; no secret is ever said back.

    Attributes:
        paired: whether this browser has paired.
        csrf: what its page has to say with everything that changes anything.
        serial: the machine's; "" before credentials were brought.
        name: for people.
        server_url: the server's; "" while nobody said it.
        time_zone: chosen; "" for the computer's own.
        language: of the machine's screen; "" as its settings say.
        sited: whether the site was chosen.
        moves_sorter: whether the sorter can be moved to its start; else its every run ends there.
        measures_bin: whether the bin's sensor can tell how deep it is.
        empty_cm: from it to the bottom of the bin; null while nobody measured.
        full_cm: to the topmost item when no more fits; likewise.
        disk_pct: how full the disk was when the session began; null where it has room.
    """

    paired: bool
    csrf: str = ""
    serial: str = ""
    name: str = ""
    server_url: str = ""
    time_zone: str = ""
    language: Language = ""
    sited: bool = False
    moves_sorter: bool = False
    measures_bin: bool = False
    empty_cm: float | None = None
    full_cm: float | None = None
    disk_pct: float | None = None


class Refused(msgspec.Struct, frozen=True):
    """Why something was not done.

    Attributes:
        error: by name; the page has words for it.
        detail: in English, one line.
        wait_s: for how long nothing may be tried.
    """

    error: str
    detail: str = ""
    wait_s: int = 0


class Held(msgspec.Struct, frozen=True):
    """A button was let go, or there was no more to hold.

    Attributes:
        end: how what it moved ended.
        unheard: it was let go because nobody said any more that it was held.
    """

    end: End
    unheard: bool


class StillHeld(msgspec.Struct, frozen=True):
    """Whether a press goes on."""

    held: bool


class Looks(msgspec.Struct, frozen=True):
    """What the doctor found."""

    looks: Sequence[Look]


class Readings(msgspec.Struct, frozen=True):
    """What the sensors read."""

    readings: Sequence[Reading]


class Finished(msgspec.Struct, frozen=True):
    """The server knows the machine, and everything is kept.

    Attributes:
        standing: how the machine stands there.
        trouble: what the server had to say all the same.
    """

    standing: str
    trouble: str = ""
