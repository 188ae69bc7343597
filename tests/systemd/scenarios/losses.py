"""How long nobody is served when the service is killed or stands still; for the benchmark."""

from __future__ import annotations

import json
import signal
import sys
import time

from tests.systemd.scenarios import system

KILLS = 9
STOPS = 5
ROUNDED_TO_S = 0.25
"""systemd rounds its timers up to moments that are so far apart (sd_event_add_time(3)): the losses
are spread over that, or the next would always wait as long as the one before."""

_FLOOR = """\
[Service]
WatchdogSec=0
ExecStart=
ExecStart=/usr/bin/env LD_LIBRARY_PATH=/opt/python/lib {python} {program}
"""


def losses(sign: int, times: int) -> list[float]:
    """Lose the service so many times, and return how long nobody was served each time."""
    waits = []
    for number in range(times):
        time.sleep(1 + number / times * ROUNDED_TO_S)
        waits.append(system.lose(sign))
    return waits


system.simulated()
system.rvm_edge("install", "--program", system.PROGRAM, "--no-kiosk", "--apply")
system.wait_until_served()
killed_s = losses(signal.SIGKILL, KILLS)
stopped_s = losses(signal.SIGSTOP, STOPS)
floor = __file__.replace("losses", "floor")
system.drop_in(_FLOOR.format(python=sys.executable, program=floor))
system.systemctl("restart", system.UNIT)
system.wait_until_served()
floor_s = losses(signal.SIGKILL, KILLS)
sys.stdout.write(json.dumps({"killed_s": killed_s, "stopped_s": stopped_s, "floor_s": floor_s}))
