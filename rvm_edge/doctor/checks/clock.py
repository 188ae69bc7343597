"""Whether the clock can be believed."""

from datetime import datetime, timezone
from pathlib import Path

import rvm_edge
from rvm_edge.doctor.finding import Check, Finding, failure, fine, note, warning
from rvm_edge.doctor.place import Place


def look(place: Place) -> Finding:
    """Compare it with the program's own age, and ask whether anybody sets it."""
    now = datetime.now(timezone.utc)
    built = datetime.fromtimestamp(Path(rvm_edge.__file__).stat().st_mtime, timezone.utc)
    if now < built:
        return failure(
            f"it is {now:%Y-%m-%d %H:%M} UTC, which is before this program was made",
            "Certificates of the server are not valid yet, and deposits get a wrong time.",
            "Connect the machine to the internet, or set it: sudo timedatectl set-ntp false; "
            "sudo timedatectl set-time 'YYYY-MM-DD HH:MM'. Fit a battery for its clock.",
        )
    said = place.ask("timedatectl", "show", "-p", "NTPSynchronized", "--value").said
    if said == "no":
        return warning(
            f"{now:%Y-%m-%d %H:%M} UTC, set by nobody since the start",
            "A clock that is not set drifts, and begins anew after a power cut.",
            "Run: sudo timedatectl set-ntp true; then see: timedatectl timesync-status. The site "
            "must let UDP port 123 out.",
        )
    if said != "yes":
        return note(f"{now:%Y-%m-%d %H:%M} UTC; nobody here can say whether it is set")
    return fine(f"{now:%Y-%m-%d %H:%M} UTC, kept by a time server")


CHECK = Check("clock", "Clock", look)
