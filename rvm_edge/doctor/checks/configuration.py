"""Whether settings and hardware map can be used."""

from rvm_edge.doctor.finding import Check, Finding, failure, fine
from rvm_edge.doctor.place import Place


def look(place: Place) -> Finding:
    """Look at both files."""
    if place.unread:
        return failure(
            "; ".join(place.unread.values()),
            "The machine does not start with configuration that it cannot read.",
            "Correct the file, then: sudo rvm-edge settings check. What may stand in it: "
            "docs/reference/settings.md and docs/reference/drivers.md",
        )
    return fine("settings and hardware map are readable and complete")


CHECK = Check("configuration", "Settings and hardware map", look)
