"""Whether the machine runs that keeps its memory in the data folder."""

from __future__ import annotations

from rvm_edge.doctor.place import Place


def runs(place: Place) -> bool | None:
    """Look for the lock on the ledger (proc(5), /proc/locks); to try it could be in the way.

    It is known by its file's number alone: some file systems show another device there.

    Returns:
        None where nobody here can say.
    """
    ledger = place.locations.ledger_path
    try:
        number = str(ledger.with_name(f"{ledger.name}.lock").stat().st_ino)
    except FileNotFoundError:
        return False
    try:
        locks = place.at("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    held = (line.split() for line in locks)
    return any("FLOCK" in one and one[-3].rpartition(":")[2] == number for one in held)
