"""Saves credentials and is killed (SIGKILL) at every call to the kernel in turn.

A program, and no test: ``python -m tests.provisioning.killed_keeper FOLDER OLD``. With OLD "old"
there are credentials already. Each try is a forked child with a folder of its own below FOLDER,
named after the number of the point that it did not survive; the last one survives.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from rvm_edge.identity import Identity, Secret
from rvm_edge.provisioning.credentials import Credentials
from rvm_edge.provisioning.site import Site
from rvm_edge.provisioning.store import Store

R = TypeVar("R")

OLD = Credentials(Identity("https://old.example", "RVM-OLD", "Old", Secret("old" * 20)))
NEW = Credentials(Identity("https://new.example", "RVM-NEW", "New", Secret("new" * 20)))
CALLS = ("open", "fchmod", "fsync", "rename", "replace", "unlink", "close")


def store_in(folder: Path) -> Store:
    """Return the store of a machine's folder."""
    return Store(folder / "rvm-credentials.json", folder / "site.json")


def _deadly(call: Callable[..., R], left: list[int]) -> Callable[..., R]:
    def at_last(*given: object, **named: object) -> R:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        done = call(*given, **named)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    return at_last


def _survives(folder: Path, calls: int) -> bool:
    """Save in a child that is killed before or after one of its calls."""
    child = os.fork()
    if child == 0:
        left = [calls]
        for name in CALLS:
            setattr(os, name, _deadly(getattr(os, name), left))
        store_in(folder).save(NEW, Site("Asia/Jakarta"))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def main(root: Path, old: str) -> None:
    """Go on until a child survives."""
    for calls in range(1, 200):
        folder = root / f"{calls:03}"
        folder.mkdir()
        if old == "old":
            store_in(folder).save(OLD, Site())
        if _survives(folder, calls):
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
