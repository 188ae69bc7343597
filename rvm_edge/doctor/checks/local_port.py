"""Whether the machine's own page is served, or could be, where it is to be."""

import errno
import socket
from typing import Final

from rvm_edge.doctor.finding import Check, Finding, fine, note, warning
from rvm_edge.doctor.place import Place
from rvm_edge.doctor.running import runs

PATIENCE_S: Final = 2.0
_HERE: Final = "127.0.0.1"


def look(place: Place) -> Finding:
    """Knock at the port, and ask the kernel whether the machine runs; nothing is sent."""
    screen = place.settings.screen
    if not screen.enabled:
        return note("no screen is wanted")
    if not screen.port:
        return note("the screen takes any port that is free")
    where = f"{_HERE}:{screen.port}"
    is_served, is_running = _answers(screen.port), runs(place)
    if is_served and is_running is False:
        return warning(
            f"{where} is taken, and not by this machine: it does not run",
            "It could not serve its page there, and people would have no screen.",
            f"See by whom: sudo ss -ltnp 'sport = :{screen.port}'; end that, or set screen.port.",
        )
    if is_running and not is_served:
        return warning(
            f"the machine runs, and nobody serves {where}",
            "People have no screen; the machine serves all the same.",
            "Read why: sudo journalctl -u rvm-edge | grep -i screen | tail; then: "
            "sudo systemctl restart rvm-edge",
        )
    return fine(f"{where} is served" if is_served else f"{where} is free")


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((_HERE, port), PATIENCE_S):
            return True
    except OSError as error:
        return error.errno != errno.ECONNREFUSED  # one that is full, or hangs, is taken too


CHECK = Check("local-port", "The machine's own page", look)
