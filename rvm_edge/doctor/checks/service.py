"""Whether the services are installed as shipped, run, and are watched."""

import sys
from collections.abc import Mapping
from pathlib import Path

from rvm_edge.doctor.finding import Check, Finding, failure, fine, note, warning
from rvm_edge.doctor.place import Place

UNIT = "rvm-edge.service"
HUNG_AT_MOST_S = 3.0
OFTEN = 20


def look(place: Place) -> Finding:
    """Ask systemd."""
    if not place.is_installed:
        return note(
            "not installed as a service",
            "Nobody starts the machine at boot, or again when it ends.",
            f"See what would be done: {Path(sys.executable).with_name('rvm-edge')} install; do it "
            "as root, with --apply",
        )
    shown = place.ask(
        "systemctl", "show", UNIT, "-p", "ActiveState,UnitFileState,NRestarts,WatchdogUSec"
    )
    said = dict(line.partition("=")[::2] for line in shown.said.splitlines())
    if not said:
        return note("systemd does not answer here")
    if said.get("ActiveState") != "active":
        return failure(
            f"{UNIT} is {said.get('ActiveState') or 'unknown'}",
            "The machine does not run.",
            f"Read why: sudo journalctl -u {UNIT} -n 50; then: sudo systemctl restart {UNIT}",
        )
    return _kept_alive(said)


def _kept_alive(said: Mapping[str, str]) -> Finding:
    """Look whether a service that runs now will run tomorrow."""
    if said.get("UnitFileState") != "enabled":
        return warning(
            f"{UNIT} is not started at boot",
            "After a power cut the machine stays dark.",
            f"Run: sudo systemctl enable {UNIT}",
        )
    if not 0 < _seconds(said.get("WatchdogUSec", "")) <= HUNG_AT_MOST_S:
        return warning(
            f"the watchdog is {said.get('WatchdogUSec') or 'off'}",
            "A machine that hangs is not ended and started again in time.",
            "Leave WatchdogSec= to the unit that is shipped; see systemctl edit.",
        )
    restarts = int(said.get("NRestarts") or 0)
    if restarts >= OFTEN:
        return warning(
            f"started again {restarts} times since it was started by hand",
            "Something ends it again and again.",
            f"Read why: sudo journalctl -u {UNIT} -n 200",
        )
    return fine(f"{UNIT} runs, is watched, and was started again {restarts} times")


def _seconds(text: str) -> float:
    """Read a time as systemd prints it: ``2s``, ``500ms``, ``1min 30s``; 0 where it is no time."""
    units = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}
    total = 0.0
    for word in text.split():
        digits = word.rstrip("abcdefghijklmnopqrstuvwxyz")
        unit = units.get(word[len(digits) :])
        if unit is None or not digits.replace(".", "", 1).isdigit():
            return 0.0
        total += float(digits) * unit
    return total


CHECK = Check("service", "Service and watchdog", look)
