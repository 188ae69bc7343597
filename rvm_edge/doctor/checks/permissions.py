"""Whether the machine's memory is its own."""

import os
import stat
from pathlib import Path

from rvm_edge.doctor.finding import Check, Finding, Repair, failure, fine, note, warning
from rvm_edge.doctor.place import Place

_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def look(place: Place) -> Finding:
    """Look at the data folder and what lies in it."""
    folder = place.locations.data_dir
    if not folder.exists():
        return note(f"{folder} is not there yet", "", "It is made at the first start.")
    if not os.access(folder, os.W_OK | os.X_OK):
        return failure(
            f"{folder} may not be written by this user",
            "A machine that cannot remember takes no items.",
            f"Give it to the machine's user: chown -R rvm:rvm {folder}",
        )
    loose = [path for path in (folder, *_files(folder)) if path.stat().st_mode & _FOR_OTHERS]
    private = [path for path in loose if path.name.startswith(("ledger", "journal", "rvm-cred"))]
    if private:
        names = ", ".join(path.name for path in private)
        return warning(
            f"others can read {names}",
            "Ledger, journal and key are nobody's but the machine's.",
            "Take the rights away: chmod go= on each.",
            Repair(f"take the rights of others on {names} away", lambda: _close(private)),
        )
    return fine(f"{folder} belongs to the machine alone")


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()]


def _close(paths: list[Path]) -> None:
    for path in paths:
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~_FOR_OTHERS)


CHECK = Check("permissions", "Who can read the machine's memory", look)
