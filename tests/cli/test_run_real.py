"""`rvm-edge run` on a hardware map in which nothing is simulated."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

from rvm_edge.provisioning.stored_credentials import FILE_NAME
from rvm_edge.statechart.definition import Configuration

WITHIN_S = 90.0
EDGE = (sys.executable, "-m", "rvm_edge")
SOMEBODY = {"serial_number": "RVM-1", "api_key": "k" * 64, "server_url": "http://127.0.0.1:1"}


def real_map(folder: Path) -> dict[str, Any]:
    """Return a map of real parts, none of which is on this computer but the pictures."""
    moving = ("gate", "sorter", "light", "indicator", "pulse")
    return {
        "esp32": {"device": str(folder / "ttyNone")},
        "ports": {
            **{port: {"driver": "esp32"} for port in moving},
            **{port: {"driver": "none"} for port in ("slot", "bin", "door")},
            "camera": {"driver": "pictures", "device": str(folder)},
            "chamber": {"driver": "gpio", "wires": {"signal": 12}},
        },
    }


@contextmanager
def machine(folder: Path) -> Iterator[Iterator[dict[str, Any]]]:
    """Run it, and give what it says, line by line."""
    (folder / "hardware_map.json").write_text(json.dumps(real_map(folder)))
    folders = ("--config-dir", str(folder), "--data-dir", str(folder))
    with subprocess.Popen(
        [*EDGE, *folders, "run", "--no-screen", "--json"], stderr=subprocess.PIPE, text=True
    ) as process:
        patience = Timer(WITHIN_S, process.kill)
        patience.start()
        try:
            assert process.stderr is not None
            yield (json.loads(line) for line in process.stderr if line.startswith("{"))
        finally:
            patience.cancel()
            process.terminate()
            process.communicate(timeout=WITHIN_S)
        assert process.returncode == 0  # it ran until it was told to stop


def after(said: dict[str, Any]) -> Configuration:
    return tuple(said.get("after", ()))


def test_a_missing_part_is_a_fault_with_its_name_and_not_the_end(tmp_path: Path) -> None:
    credentials = tmp_path / FILE_NAME
    with machine(tmp_path) as said:
        credentials.touch(mode=0o600)  # it is running, or about to: they may come at any time
        credentials.write_text(json.dumps(SOMEBODY))
        fault = next(line for line in said if "fault" in after(line))
        assert "ttyNone: No such file or directory" in json.dumps(fault["data"])


def test_a_map_that_simulates_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "hardware_map.json").write_text(
        json.dumps(real_map(tmp_path) | {"esp32": {"device": "sim"}})
    )
    answer = subprocess.run(
        [*EDGE, "--config-dir", str(tmp_path), "--data-dir", str(tmp_path), "run"],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert answer.returncode == 78
    assert answer.stderr.count("\n") == 1
    assert "simulates gate (set esp32.device), sorter" in answer.stderr
    assert answer.stderr.endswith("or say rvm-edge run --simulate\n")


def test_who_has_described_no_machine_yet_is_not_told_of_every_port(tmp_path: Path) -> None:
    answer = subprocess.run(
        [*EDGE, "--config-dir", str(tmp_path), "--data-dir", str(tmp_path), "run"],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert answer.returncode == 78
    assert answer.stderr == (
        "rvm-edge: the hardware map names no real part yet; see docs/reference/drivers.md; "
        "or say rvm-edge run --simulate\n"
    )
