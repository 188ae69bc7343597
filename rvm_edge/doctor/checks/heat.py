"""Whether the computer is too warm, or slowed down."""

from rvm_edge.doctor.finding import Check, Finding, fine, note, warning
from rvm_edge.doctor.place import Place
from rvm_edge.health.sensors import read_sensors

HOT_C = 85.0
"""Near where a Jetson Orin begins to slow itself down."""


def look(place: Place) -> Finding:
    """Read the processor's zones."""
    read = read_sensors(place.root)
    now_c = read.cpu_c
    if read.slowed_by:
        return warning(
            f"slowed down by {', '.join(read.slowed_by)}"
            + (f", at {now_c:.0f} °C" if now_c is not None else ""),
            "Every verdict takes longer while it is too warm, or takes more current than it gets.",
            "Look at the fan, the air around the machine and the power supply: sudo tegrastats",
        )
    if now_c is None:
        return note("this computer tells no temperature")
    if now_c >= HOT_C:
        return warning(
            f"{now_c:.0f} °C",
            "A computer that is too warm slows itself down, and every verdict with it.",
            "Look at the fan and at the air around the machine: cat /sys/class/thermal/*/temp",
        )
    return fine(f"{now_c:.0f} °C")


CHECK = Check("heat", "Temperature", look)
