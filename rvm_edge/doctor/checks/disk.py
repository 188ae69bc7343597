"""Whether the disk has room for what the machine must remember."""

import os
import shutil

from rvm_edge.doctor.finding import Check, Finding, failure, fine, note, warning
from rvm_edge.doctor.place import Place

LEAST_MB = 200
LEAST_FILES = 1_000
_MB = 1024 * 1024
_MATTERS = "A ledger that cannot be written takes no items."


def look(place: Place) -> Finding:
    """Look at the disk under the data folder."""
    folder = place.locations.data_dir
    if not folder.exists():
        return note(f"{folder} is not there yet")
    system = os.statvfs(folder)
    if system.f_flag & os.ST_RDONLY:
        return failure(
            f"{folder} lies on a disk that is mounted read-only",
            f"{_MATTERS} Linux does that to a disk that fails.",
            "Read why: sudo dmesg | tail -n 50; a restart mends the files: sudo reboot. If it "
            "comes back, change the disk.",
        )
    if system.f_files and system.f_favail < LEAST_FILES:
        return failure(
            f"{system.f_favail} more files can be made, whatever room there is",
            _MATTERS,
            "Look what makes so many: sudo du --inodes -x / | sort -n | tail -n 20",
        )
    usage = shutil.disk_usage(folder)
    used_pct = round(100 * usage.used / (usage.used + usage.free))
    free_mb = usage.free // _MB
    if free_mb < LEAST_MB:
        return failure(
            f"{free_mb} MB are free",
            _MATTERS,
            "Make room: sudo rvm-edge clean --apply; then look what fills the disk: "
            "sudo du -xm / | sort -n | tail -n 20",
        )
    if used_pct >= place.settings.disk.full_pct:
        return warning(
            f"{used_pct} % are used, {free_mb} MB are free",
            "Old pictures are thrown away before they should be.",
            "See what may go: sudo rvm-edge clean; then sudo rvm-edge clean --apply",
        )
    return fine(f"{used_pct} % are used, {free_mb} MB are free")


CHECK = Check("disk", "Disk", look)
