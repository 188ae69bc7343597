"""The units that have the computer started anew when the machine asks for it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from rvm_edge.health.service_host import reboot_request
from rvm_edge.packaged import config_file
from rvm_edge.service.install.files import REBOOT_PATH, REBOOT_UNITS

TEXTS = {name: config_file(f"systemd/{name}").read_text() for name in REBOOT_UNITS}


def test_systemd_has_nothing_to_say_against_them(tmp_path: Path) -> None:
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", *(str(tmp_path / name) for name in REBOOT_UNITS)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"},
    )
    complaints = [line for line in done.stderr.splitlines() if "rvm-edge-reboot" in line]
    assert (done.returncode, complaints) == (0, [])


def test_the_request_is_looked_for_where_the_machine_leaves_it() -> None:
    asked = reboot_request(may_reboot=True, runtime_dir=Path("/run/rvm-edge"))
    assert f"PathExists={asked}\n" in TEXTS[REBOOT_PATH]


def test_the_request_is_taken_away_before_the_reboot_begins() -> None:
    # else a reboot that fails would be asked for again and again
    commands = re.findall(r"^ExecStart=(.+)$", TEXTS["rvm-edge-reboot.service"], re.M)
    assert commands == [
        "/usr/bin/rm -f /run/rvm-edge/reboot",
        "/usr/bin/systemctl --no-block reboot",
    ]


def test_only_the_machines_own_user_can_write_where_the_request_lies() -> None:
    unit = config_file("systemd/rvm-edge.service").read_text()
    assert "RuntimeDirectory=rvm-edge\n" in unit
    assert "RuntimeDirectoryMode=0750\n" in unit
