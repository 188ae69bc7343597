"""Whether the hardware map wires two parts to one pin, and what is only simulated."""

from collections import defaultdict

from rvm_edge.doctor.finding import Check, Finding, failure, fine, note
from rvm_edge.doctor.place import Place


def look(place: Place) -> Finding:
    """Look for pins that are used twice, then for parts that are not there."""
    if place.hardware is None:
        return note("the hardware map cannot be read; see the configuration")
    users: dict[int, list[str]] = defaultdict(list)
    for port, given in place.hardware.assignments().items():
        for wire, pin in given.wires.items():
            users[pin].append(f"{port}.{wire}")
    shared = {pin: who for pin, who in users.items() if len(who) > 1}
    if shared:
        pin, who = sorted(shared.items())[0]
        return failure(
            f"pin {pin} is wired to {' and '.join(who)}",
            "Two parts on one pin disturb each other, or burn.",
            "Correct the wires in hardware_map.json.",
        )
    simulated = place.hardware.simulated_ports()
    if simulated:
        return note(
            f"simulated: {', '.join(simulated)}",
            "No real part stands behind these ports.",
            "Name their drivers in hardware_map.json on a real machine.",
        )
    return fine(f"{len(place.hardware.assignments())} ports, no pin used twice")


CHECK = Check("wiring", "Wiring", look)
