"""The machine asks for a reboot as its own user, in its own sandbox, and the system begins one.

Nobody else may ask: the screen's user tries first, and the machine while its owner says no. What
ends this scenario is the system's own shutdown; what that is for is read then.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.systemd.scenarios import system

REQUEST = Path("/run/rvm-edge/reboot")
PATH_UNIT = Path("/etc/systemd/system/rvm-edge-reboot.path")
ASKING = """\
[Service]
ExecStart=
ExecStart=/usr/bin/env LD_LIBRARY_PATH=/opt/python/lib PYTHONPATH=/opt/checkout:/opt/packages \\
  {python} -m tests.systemd.scenarios.asking
Restart=no
"""
found: dict[str, object] = {}


def _install(settings: str) -> None:
    path = Path("/etc/rvm-edge/settings.toml")
    path.parent.mkdir(exist_ok=True)
    path.write_text(settings)
    system.rvm_edge("install", "--program", system.PROGRAM, "--apply", "--no-kiosk")
    system.wait_until_served()


def _ended(_signal: int, _frame: object) -> None:
    """Tell what the system shuts down for."""
    # Whom this process starts now is told to end as well, and must not before it has answered.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    jobs = [line.split() for line in system.systemctl("list-jobs", "--no-legend").splitlines()]
    found["begun"] = sorted(job[1] for job in jobs if job[1] == "reboot.target")
    found["request_left"] = REQUEST.exists()
    sys.stdout.write(json.dumps(found))
    sys.stdout.flush()
    raise SystemExit


system.simulated()
_install("[screen]\nport = 8888\n")
found["unit_while_not_allowed"] = PATH_UNIT.exists()
_install("[cloud.orders]\nmay_reboot = true\n")
found["unit_while_allowed"] = PATH_UNIT.exists()
touch = ["runuser", "-u", "rvm-kiosk", "--", "touch", str(REQUEST)]
found["screen_may_ask"] = subprocess.run(touch, capture_output=True, check=False).returncode == 0
signal.signal(signal.SIGTERM, _ended)
system.drop_in(ASKING.format(python=sys.executable))
system.systemctl("restart", "--no-block", system.UNIT)
time.sleep(30)
raise SystemExit(f"no reboot within 30 s\n{system.journal()}")
