"""The unit that shows a USB stick to a machine that waits to be set up."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from rvm_edge.locations import Locations
from rvm_edge.packaged import config_file
from rvm_edge.provisioning.usb.mounts import ROOTS
from rvm_edge.service.install.files import TEMPLATES

UNIT = config_file(f"systemd/{TEMPLATES[0]}")
TEXT = UNIT.read_text()


def test_systemd_has_nothing_to_say_against_it(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(TEXT)
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SYSTEMD_LOG_LEVEL": "warning"},
    )
    assert (done.returncode, [one for one in done.stderr.splitlines() if UNIT.name in one]) == (
        0,
        [],
    )


def test_a_stick_is_mounted_so_that_nothing_on_it_can_be_run_or_changed() -> None:
    found = re.search(r"^ExecStart=/usr/bin/mount -t (\S+) -o (\S+) \S+ (\S+)$", TEXT, re.M)
    assert found is not None
    assert set(found[1].split(",")) == {"vfat", "exfat"}
    assert {"ro", "nosuid", "nodev", "noexec"} <= set(found[2].split(","))
    assert Path(found[3]).parent in ROOTS


def test_a_machine_that_knows_who_it_is_looks_at_no_stick() -> None:
    installed = Locations(Path("/etc/rvm-edge"), Path("/var/lib/rvm-edge"))
    assert f"ConditionPathExists=!{installed.credentials_path}\n" in TEXT


def test_a_stick_that_is_put_in_starts_it() -> None:
    rule = next(
        line
        for line in config_file("udev/99-rvm-edge.rules").read_text().splitlines()
        if "rvm-edge-usb@" in line
    )
    assert 'ENV{ID_BUS}=="usb"' in rule
    assert 'ENV{ID_FS_TYPE}=="vfat|exfat"' in rule
    assert f'ENV{{SYSTEMD_WANTS}}+="{TEMPLATES[0].replace("@", "@%k")}"' in rule
