"""The machine that is looked at: its folders, its configuration, and the computer around it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from rvm_edge.hardware_map import HardwareMap
from rvm_edge.locations import Locations
from rvm_edge.settings import Settings

PATIENCE_S: Final = 5.0


class Answer(msgspec.Struct, frozen=True):
    """What a program said.

    Attributes:
        code: how it ended; None where it is missing or did not end in time.
        said: on its standard output.
    """

    code: int | None
    said: str = ""


def ask_program(*words: str) -> Answer:
    """Run a program that only reads, for a few seconds at most."""
    try:
        done = subprocess.run(  # noqa: S603 - the words stand in the checks
            words,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return Answer(None)
    return Answer(done.returncode, done.stdout.strip())


class Place(msgspec.Struct, frozen=True):
    """What the checks look at.

    Attributes:
        locations: the machine's folders.
        settings: as its owner says; the defaults where they cannot be read.
        hardware: which driver serves which port; None where the map cannot be read.
        unread: why settings or map cannot be read, by file name.
        root: where the file system begins.
        environment: of the process.
        ask: runs a program that only reads.
    """

    locations: Locations
    settings: Settings
    hardware: HardwareMap | None
    unread: Mapping[str, str] = msgspec.field(default_factory=dict)
    root: Path = Path("/")
    environment: Mapping[str, str] = msgspec.field(default_factory=lambda: dict(os.environ))
    ask: Callable[..., Answer] = ask_program

    def at(self, path: str) -> Path:
        """Return a path of the computer's, under its root."""
        return self.root / path.lstrip("/")

    @property
    def is_installed(self) -> bool:
        """Say whether the machine's service is installed on this computer."""
        return self.at("/etc/systemd/system/rvm-edge.service").exists()
