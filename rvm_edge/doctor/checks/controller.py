"""Whether the motor controller's serial device is there and free, and what answers there."""

import errno
import fcntl
import os
import stat
import termios
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Final

import trio

from drivers.esp32.sign_of_life import spoken_at
from drivers.esp32.timings import Dialect
from drivers.ports import DriverError
from rvm_edge.doctor.figures import figures_of_machine
from rvm_edge.doctor.finding import Check, Finding, failure, fine, note
from rvm_edge.doctor.place import Place
from rvm_edge.doctor.running import runs
from rvm_edge.hardware_map import SIMULATED, HardwareMap

CONTROLLER = "esp32"
"""Whoever opens it has it alone."""

PATIENCE_S: Final = 12.0
"""Longer than a controller takes that boots, or is silent in both dialects."""

_SPEAKS: Final = {
    Dialect.ASCII: "in ASCII, which has neither dead-man nor Stop",
    Dialect.FRAMED: "in frames",
}
_LISTEN: Final = (
    "Look at its power, its cable, esp32.baud and its firmware; stop the machine, and listen to "
    "what passes: rvm-edge serial record --out heard.jsonl"
)
_MATTERS = "Without the ESP32 nothing moves and no light shines: the machine is out of service."


def look(place: Place) -> Finding:
    """Open the device as the driver does, and ping the controller; nothing moves."""
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
    return _try(place, path, device) or _asked(place, place.hardware, device)


def _try(place: Place, path: Path, device: str) -> Finding | None:
    """Open it, and close it again; return what keeps the driver from that."""
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
    return None


def _asked(place: Place, hardware: HardwareMap, device: str) -> Finding:
    if runs(place) is not False:  # it may want to open it at any moment
        return fine(f"{device} is there and free")
    wire = hardware.esp32
    ask = partial(spoken_at, str(place.at(device)), wire.baud, Dialect(wire.dialect))
    try:
        spoken = trio.run(_bounded, ask)
    except (DriverError, trio.TooSlowError) as error:
        why = str(error) or f"nothing within {PATIENCE_S:g} s"
        return failure(
            f"{device} is there and free, but the ESP32 does not answer: {why}",
            _MATTERS,
            _LISTEN,
        )
    return fine(f"{device} is there and free; the ESP32 answers {_SPEAKS[spoken]}")


async def _bounded(ask: Callable[[], Awaitable[Dialect]]) -> Dialect:
    with trio.fail_after(PATIENCE_S):
        return await ask()


def _in_use(place: Place, device: str) -> Finding:
    if runs(place) is not False:
        return _of_machine(device, figures_of_machine(place) or {})
    return failure(
        f"{device} is held by another program; the machine does not run",
        _MATTERS,
        f"See by which: sudo fuser -v {device}; end that. On a Jetson it may be nvgetty "
        "(sudo systemctl disable --now nvgetty), elsewhere ModemManager.",
    )


def _of_machine(device: str, figures: dict[str, float]) -> Finding:
    """Say what the running machine tells of it."""
    for dialect, words in _SPEAKS.items():
        if figures.get(f'controller{{dialect="{dialect.value}"}}'):
            return fine(f"{device} is in use by the machine; the ESP32 answers {words}")
    if 'controller{dialect="nothing"}' in figures:
        return failure(
            f"{device} is in use, and the machine gets no answer there",
            _MATTERS,
            f"See that nobody but the machine holds it: sudo fuser -v {device}. {_LISTEN}",
        )
    return note(f"{device} is in use, by the machine itself if that is running")


def _seen(place: Place) -> str:
    found = sorted(str(one) for one in place.at("/dev/serial/by-id").glob("*"))
    return f"Seen: {', '.join(found)}." if found else "No USB serial device is seen."


CHECK = Check("controller", "Motor controller", look, device=CONTROLLER)
