"""Kill it, stop it, and let it crash at every start: how long until it serves again."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

from tests.systemd.scenarios import system

KILLS = 3
STOPS = 2
CRASHES = 100

_CRASHING = """\
[Service]
RestartSec=10ms
ExecStart=
ExecStart=/bin/sh -c 'n=$(cat /var/lib/rvm-edge/starts 2>/dev/null || echo 0); \
  echo $((n + 1)) >/var/lib/rvm-edge/starts; [ $n -ge %d ] || kill -SEGV $$$$; \
  exec %s run --simulate --eyes scripted'
"""


system.simulated()
system.rvm_edge("install", "--program", system.PROGRAM, "--no-kiosk", "--apply")
system.wait_until_served()
killed_s = [system.lose(signal.SIGKILL) for _ in range(KILLS)]
stopped_s = [system.lose(signal.SIGSTOP) for _ in range(STOPS)]
restarts = int(system.show("NRestarts"))

system.drop_in(_CRASHING % (CRASHES, system.PROGRAM))
before = system.main_pid()  # which serves until it is told to end
system.systemctl("restart", "--no-block", system.UNIT)
crashed_s = system.wait_until_served(by=before, limit_s=60)
sys.stdout.write(
    json.dumps(
        {
            "killed_s": killed_s,
            "stopped_s": stopped_s,
            "restarts": restarts,
            "crashed_s": crashed_s,
            "starts": int(Path("/var/lib/rvm-edge/starts").read_text()),
            "state": system.show("ActiveState"),
        }
    )
)
