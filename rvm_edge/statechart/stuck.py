"""The last resort: a task that does not end cannot be abandoned, so the process ends."""

from __future__ import annotations

import os
from typing import Final, NoReturn

__all__ = ["EXIT_STUCK", "end_process"]

EXIT_STUCK: Final = 70
"""EX_SOFTWARE of sysexits.h."""


def end_process(why: str) -> NoReturn:
    """Say why on standard error and end the process at once, for its supervisor to start anew.

    Without clean-up on purpose: a clean-up is what hangs. The mechanism's own dead-man stops what
    moves, and everything that matters is on disk already.
    """
    os.write(2, f"rvm-edge: {why}; the process ends to be started anew\n".encode())
    os._exit(EXIT_STUCK)
