"""A computer without a desktop: people see the machine's page, and nobody has logged in."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.systemd.scenarios import system

UNITS = ("rvm-display.service", "rvm-kiosk.service")
COOKIE = "/run/rvm-display/xauthority"
DRAWS_INTO_MEMORY = """\
Section "Device"
    Identifier "memory"
    Driver "dummy"
EndSection
Section "Screen"
    Identifier "screen"
    Device "memory"
    DefaultDepth 24
    SubSection "Display"
        Depth 24
        Modes "1024x768"
    EndSubSection
EndSection
"""
"""This computer has no graphics. All else is as it is on a machine."""

_LIMIT_S = 45.0


def asked(user: str, *words: str) -> str:
    """Return what the display tells a user who knows where its cookie lies; "" for nothing."""
    env = ("env", "DISPLAY=:0", f"XAUTHORITY={COOKIE}")
    command = ("runuser", "-u", user, "--", *env, *words)
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def page_is_there() -> bool:
    """Say whether a page listens to the machine, besides its keeper."""
    line = http.client.HTTPConnection("127.0.0.1", 8888, timeout=1)
    try:
        line.request("GET", "/metrics")
        listeners = re.search(rb"^rvm_edge_bridge_listeners (\d+)", line.getresponse().read(), re.M)
    except OSError:
        return False
    finally:
        line.close()
    return listeners is not None and int(listeners[1]) > 1


def largest_window() -> str:
    """Return width, height and place of the browser's window, as X writes them."""
    found = re.findall(r'"Chromium"\)  (\S+)  \S+$', asked("rvm-kiosk", *TREE), re.M)
    return max(found, key=lambda one: int(one.split("x")[0]), default="")


TREE = ("xwininfo", "-root", "-tree")


def until(so: Callable[[], bool]) -> bool:
    """Wait until it is so, and say whether it came to that."""
    began = time.monotonic()
    while time.monotonic() - began < _LIMIT_S:
        if so():
            return True
        time.sleep(0.1)
    return False


def main_pid(unit: str) -> str:
    """Return the process that a service is."""
    return system.systemctl("show", "-p", "MainPID", "--value", unit)


Path("/etc/X11/xorg.conf").write_text(DRAWS_INTO_MEMORY)
system.simulated()
system.rvm_edge("install", "--program", system.PROGRAM, "--apply")
shown = until(page_is_there)
window = largest_window()
lets_in = [user for user in ("rvm-kiosk", "rvm", "nobody") if asked(user, "xdpyinfo")]
told = system.rvm_edge("--config-dir", "/etc/rvm-edge", "doctor", "display")

before = main_pid(UNITS[0])
system.systemctl("kill", "--signal=KILL", UNITS[0])
again = until(lambda: main_pid(UNITS[0]) not in ("0", before)) and until(
    lambda: bool(largest_window()) and page_is_there()
)

system.rvm_edge("install", "--program", system.PROGRAM, "--uninstall", "--apply")
left = [str(path) for path in Path("/etc").rglob("*rvm-display*")]
sys.stdout.write(
    json.dumps(
        {
            "shown": shown,
            "window": window,
            "lets_in": lets_in,
            "told": told,
            "again": again,
            "left": left,
        }
    )
)
