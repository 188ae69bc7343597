"""How long nobody is served when the service is killed or stands still; for the benchmark."""

from __future__ import annotations

import json
import signal
import sys

from tests.systemd.scenarios import system

KILLS = 7
STOPS = 4
_FLOOR = """\
[Service]
WatchdogSec=0
ExecStart=
ExecStart=/usr/bin/env LD_LIBRARY_PATH=/opt/python/lib {python} {program}
"""

system.simulated()
system.rvm_edge("install", "--program", system.PROGRAM, "--no-kiosk", "--apply")
system.wait_until_served()
killed_s = [system.lose(signal.SIGKILL) for _ in range(KILLS)]
stopped_s = [system.lose(signal.SIGSTOP) for _ in range(STOPS)]
floor = __file__.replace("losses", "floor")
system.drop_in(_FLOOR.format(python=sys.executable, program=floor))
system.systemctl("restart", system.UNIT)
system.wait_until_served()
floor_s = [system.lose(signal.SIGKILL) for _ in range(KILLS)]
sys.stdout.write(json.dumps({"killed_s": killed_s, "stopped_s": stopped_s, "floor_s": floor_s}))
