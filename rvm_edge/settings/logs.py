"""What is written into the program's own log, and how much of it is kept."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class LogSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is written into the program's own log, and how much of it is kept.

    The log is for whoever mends the machine; what proves what happened is the journal.

    Attributes:
        level: how important something must be to be written.
        file_mb: how large one file becomes, in MiB, before the next is begun.
        files: how many are kept.
    """

    level: Literal["debug", "info", "warning", "error"] = "info"
    file_mb: Annotated[float, Meta(gt=0, le=1024)] = 5.0
    files: Annotated[int, Meta(ge=1, le=100)] = 8
