"""Install, run, upgrade, uninstall."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.systemd.scenarios import system

STATE = Path("/var/lib/rvm-edge")

system.simulated()
first = system.rvm_edge("install", "--program", system.PROGRAM, "--no-kiosk", "--apply")
system.wait_until_served()
pid = system.main_pid()
status = Path(f"/proc/{pid}/status").read_text()
confined = {
    name: value.strip()
    for name, _, value in (line.partition(":") for line in status.splitlines())
    if name in ("CapEff", "CapBnd", "NoNewPrivs", "Seccomp")
}
token = Path("/run/rvm-edge/screen-token").stat()
owners = {path.owner() for path in (STATE, *STATE.iterdir())}

unit = Path("/etc/systemd/system/rvm-edge.service")
unit.write_text(unit.read_text().replace("WatchdogSec=2", "WatchdogSec=3"))
Path("/etc/rvm-edge/settings.toml").write_text("[screen]\nport = 8888\n")
second = system.rvm_edge("install", "--program", system.PROGRAM, "--no-kiosk", "--apply")
upgraded_s = system.wait_until_served(by=pid)
upgraded_pid = system.main_pid()
watchdog = "WatchdogSec=2\n" in unit.read_text()
status_text = system.show("StatusText")

system.rvm_edge("install", "--program", system.PROGRAM, "--uninstall", "--apply")
left = [str(path) for path in Path("/etc").rglob("*rvm*") if "test.conf" not in str(path)]

sys.stdout.write(
    json.dumps(
        {
            "first": first,
            "confined": confined,
            "may_read": oct(token.st_mode & 0o777),
            "owners": sorted(owners),
            "second": second,
            "restarted": upgraded_pid != pid,
            "watchdog": watchdog,
            "status_text": status_text,
            "serves_after_uninstall": system.is_serving(),
            "left": sorted(left),
            "ledger_left": (STATE / "ledger.sqlite").exists(),
        }
    )
)
