"""Whether the motor controller's serial device is there and free."""

import errno
import fcntl
import os
import stat
import termios
from pathlib import Path

from rvm_edge.doctor.finding import Check, Finding, failure, fine, note
from rvm_edge.doctor.place import Place
from rvm_edge.doctor.running import runs
from rvm_edge.hardware_map import SIMULATED

CONTROLLER = "esp32"
"""Whoever opens it has it alone."""

_MATTERS = "Without the ESP32 nothing moves and no light shines: the machine is out of service."


def look(place: Place) -> Finding:
    """Open the device as the driver does, and close it again; nothing is sent."""
    if place.hardware is None:
        return note("the hardware map cannot be read; see the configuration")
    device = place.hardware.esp32.device
    if device == SIMULATED:
        return note("simulated", "", "Set esp32.device in hardware_map.json on a real machine.")
    path = place.at(device)
    try:
        mode = path.stat().st_mode
    except OSError:
        return failure(
            f"{device} is not there",
            _MATTERS,
            f"Plug it in. {_seen(place)} Then correct esp32.device in hardware_map.json.",
        )
    if not stat.S_ISCHR(mode):
        return failure(f"{device} is no serial device", _MATTERS, "Correct esp32.device.")
    return _try(place, path, device)


def _try(place: Place, path: Path, device: str) -> Finding:
    flags = os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
    except PermissionError:
        return failure(
            f"this user may not open {device}",
            _MATTERS,
            "Run: sudo rvm-edge install --apply; then ask again: sudo rvm-edge doctor controller",
        )
    except OSError as error:
        if error.errno == errno.EBUSY:
            return _in_use(place, device)
        return failure(f"{device}: {error.strerror}", _MATTERS, "Look at the cable.")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        termios.tcgetattr(descriptor)
    except BlockingIOError:
        return _in_use(place, device)
    except termios.error:
        return failure(f"{device} is no serial device", _MATTERS, "Correct esp32.device.")
    finally:
        os.close(descriptor)
    return fine(f"{device} is there and free")


def _in_use(place: Place, device: str) -> Finding:
    if runs(place) is not False:
        return note(f"{device} is in use, by the machine itself if that is running")
    return failure(
        f"{device} is held by another program; the machine does not run",
        _MATTERS,
        f"See by which: sudo fuser -v {device}; end that. On a Jetson it may be nvgetty "
        "(sudo systemctl disable --now nvgetty), elsewhere ModemManager.",
    )


def _seen(place: Place) -> str:
    found = sorted(str(one) for one in place.at("/dev/serial/by-id").glob("*"))
    return f"Seen: {', '.join(found)}." if found else "No USB serial device is seen."


CHECK = Check("controller", "Motor controller", look, device=CONTROLLER)
