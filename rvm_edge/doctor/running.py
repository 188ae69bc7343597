"""Whether the machine runs that keeps its memory in the data folder."""

from __future__ import annotations

import os

from rvm_edge.doctor.place import Place


def runs(place: Place) -> bool | None:
    """Look for the lock on the ledger (proc(5), /proc/locks); to try it could be in the way.

    Returns:
        None where nobody here can say.
    """
    ledger = place.locations.ledger_path
    try:
        status = ledger.with_name(f"{ledger.name}.lock").stat()
    except FileNotFoundError:
        return False
    try:
        locks = place.at("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    device = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    return any(device in line.split() for line in locks)
