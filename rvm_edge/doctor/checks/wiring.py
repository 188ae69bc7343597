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
        told = failure if _service_needs_real_ones(place) else note
        return told(
            f"simulated: {', '.join(simulated)}",
            "No real part stands behind these ports, and without them no service starts.",
            "Name their drivers in hardware_map.json on a real machine.",
        )
    return fine(f"{len(place.hardware.assignments())} ports, no pin used twice")


def _service_needs_real_ones(place: Place) -> bool:
    """Say whether there is a service that was not told to do with simulated parts."""
    command = place.ask("systemctl", "show", "rvm-edge.service", "-p", "ExecStart").said
    return place.is_installed and "--simulate" not in command


CHECK = Check("wiring", "Wiring", look)
