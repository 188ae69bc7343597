"""What systemd itself says of the units that the project ships."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from rvm_edge.packaged import config_file
from rvm_edge.service.install.display import DISPLAY_UNIT
from rvm_edge.service.install.files import SHIPPED_PROGRAM, UNITS

# Later than systemd 249, which is what JetPack 6 has (systemd's NEWS).
TOO_NEW = {
    "AssertCredential",
    "ConditionCredential",
    "ExecSearchPath",
    "ExitType",
    "ExtensionDirectories",
    "ImportCredential",
    "LoadCredentialEncrypted",
    "OpenFile",
    "RestartMaxDelaySec",
    "RestartMode",
    "RestartSteps",
    "RestrictFileSystems",
    "SetCredentialEncrypted",
}
EXPOSURE_AT_MOST = {"rvm-edge.service": 1.7, "rvm-kiosk.service": 4.2, DISPLAY_UNIT: 3.8}


@pytest.fixture(name="unit", params=(*UNITS, DISPLAY_UNIT))
def a_unit_as_it_would_be_installed(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    name: str = request.param
    text = config_file(f"systemd/{name}").read_text()
    path = tmp_path / name
    path.write_text(text.replace(SHIPPED_PROGRAM, "/bin/true"))
    return path


def _keys(unit: Path) -> set[str]:
    return set(re.findall(r"^([A-Za-z]+)=", unit.read_text(), re.MULTILINE))


def _analyze(*words: str) -> subprocess.CompletedProcess[str]:
    # verify looks for the units that a unit names, and finds the machine's beside the screen's
    env = {**os.environ, "SYSTEMD_LOG_LEVEL": "warning"}
    return subprocess.run(
        ["systemd-analyze", *words], capture_output=True, text=True, check=False, env=env
    )


def test_systemd_has_nothing_to_say_against_it(unit: Path) -> None:
    done = _analyze("verify", str(unit))

    complaints = [line for line in done.stderr.splitlines() if unit.name in line]
    assert (done.returncode, complaints) == (0, [])


def test_it_sees_no_more_of_the_computer_than_was_measured(unit: Path) -> None:
    done = _analyze("security", "--offline=true", str(unit))

    score = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
    assert score is not None, done.stderr
    assert float(score[1]) <= EXPOSURE_AT_MOST[unit.name]


def test_it_says_nothing_that_jetpacks_systemd_does_not_know(unit: Path) -> None:
    assert not _keys(unit) & TOO_NEW
    assert "Type=notify-reload" not in unit.read_text()


def test_it_is_started_again_however_often_it_ends(unit: Path) -> None:
    text = unit.read_text()
    assert "Restart=always\n" in text
    assert "StartLimitIntervalSec=0\n" in text


def test_a_secret_that_is_missing_keeps_no_machine_from_starting(unit: Path) -> None:
    assert not _keys(unit) & {"LoadCredential", "SetCredential", "EnvironmentFile"}


def test_a_hung_machine_is_noticed_within_three_seconds() -> None:
    text = config_file("systemd/rvm-edge.service").read_text()
    watchdog = re.search(r"^WatchdogSec=(\d+)$", text, re.MULTILINE)
    assert watchdog is not None
    assert int(watchdog[1]) <= 3
