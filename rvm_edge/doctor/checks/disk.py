"""Whether the disk has room for what the machine must remember."""

import shutil

from rvm_edge.doctor.finding import Check, Finding, failure, fine, note, warning
from rvm_edge.doctor.place import Place

LEAST_MB = 200
_MB = 1024 * 1024


def look(place: Place) -> Finding:
    """Look at the disk under the data folder."""
    folder = place.locations.data_dir
    if not folder.exists():
        return note(f"{folder} is not there yet")
    usage = shutil.disk_usage(folder)
    used_pct = round(100 * usage.used / (usage.used + usage.free))
    free_mb = usage.free // _MB
    if free_mb < LEAST_MB:
        return failure(
            f"{free_mb} MB are free",
            "A ledger that cannot be written takes no items.",
            "Make room: rvm-edge clean --apply; then look what fills the disk.",
        )
    if used_pct >= place.settings.disk.full_pct:
        return warning(
            f"{used_pct} % are used, {free_mb} MB are free",
            "Old pictures are thrown away before they should be.",
            "See what may go: rvm-edge clean; then rvm-edge clean --apply",
        )
    return fine(f"{used_pct} % are used, {free_mb} MB are free")


CHECK = Check("disk", "Disk", look)
