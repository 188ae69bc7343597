"""Whether what the camera is read through is there; whether it sees is found out by the machine."""

import os
import shutil

from rvm_edge.doctor.finding import Check, Finding, failure, fine, note
from rvm_edge.doctor.place import Place
from rvm_edge.hardware_map import Assignment, Driver

_MATTERS = "Without pictures nothing is taken: the machine is at fault, code F-31."


def look(place: Place) -> Finding:
    """Look for the camera's device, folder or program; no picture is taken."""
    if place.hardware is None:
        return note("the hardware map cannot be read; see the configuration")
    given = place.hardware.ports.camera
    if given.driver is Driver.SIM:
        return note("simulated", "", "Name its driver in hardware_map.json on a real machine.")
    if given.driver is Driver.GSTREAMER:
        program = shutil.which("gst-launch-1.0", path=place.environment.get("PATH"))
        if program is None:
            return failure(
                "gst-launch-1.0 is not installed",
                _MATTERS,
                "Run: sudo apt install gstreamer1.0-tools",
            )
        return fine(f"read through {program}")
    return _named(place, given)


def _named(place: Place, given: Assignment) -> Finding:
    path = place.at(given.device)
    if not path.exists():
        return failure(
            f"{given.device} is not there",
            _MATTERS,
            f"Plug the camera in. {_seen(place)} Then correct ports.camera.device in "
            "hardware_map.json.",
        )
    if not os.access(path, os.R_OK):
        return failure(
            f"this user may not read {given.device}",
            _MATTERS,
            "Run: sudo rvm-edge install --apply; then ask again: sudo rvm-edge doctor camera",
        )
    return fine(f"{given.device} is there")


def _seen(place: Place) -> str:
    found = sorted(f"/dev/v4l/by-id/{one.name}" for one in place.at("/dev/v4l/by-id").glob("*"))
    return f"Seen: {', '.join(found)}." if found else "No USB camera is seen."


CHECK = Check("camera", "Camera", look)
