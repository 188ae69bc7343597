"""The machine's own screen as the command line serves it, and the PIN that opens it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

import httpx
import pytest

from rvm_edge.bridges.local.technician import PinHash

WITHIN_S = 60.0
EDGE = (sys.executable, "-m", "rvm_edge")
RUN = ("run", "--simulate", "--travel-scale", "0", "--eyes", "scripted", "--json")


class Machine:
    """A machine that runs in a process of its own; what it says is read line by line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.said: list[dict[str, Any]] = []

    def until(self, key: str, value: str = "") -> dict[str, Any]:
        """Return the first line that has this key, and this value if one is given."""
        assert self._process.stderr is not None
        for line in self._process.stderr:
            said = json.loads(line)
            self.said.append(said)
            if key in said and value in ("", said[key]):
                return dict(said)
        raise AssertionError(f"it ended without {key}; it said {self.said}")

    def stop(self) -> int:
        """Tell it to stop; read on, and return its exit code."""
        os.kill(self._process.pid, signal.SIGTERM)
        assert self._process.stderr is not None
        self.said += [json.loads(line) for line in self._process.stderr]
        return self._process.wait(WITHIN_S)


@contextmanager
def machine(folder: Path, *options: str) -> Iterator[Machine]:
    """Run one with its memory and its settings in `folder`."""
    folders = ("--config-dir", str(folder), "--data-dir", str(folder))
    with subprocess.Popen(
        [*EDGE, *folders, *RUN, *options], stderr=subprocess.PIPE, text=True
    ) as process:
        patience = Timer(WITHIN_S, process.kill)
        patience.start()
        try:
            yield Machine(process)
        finally:
            patience.cancel()
            process.kill()


@contextmanager
def taken_port() -> Iterator[int]:
    """Occupy a port of 127.0.0.1."""
    with socket.socket() as occupied:
        occupied.bind(("127.0.0.1", 0))
        occupied.listen()
        yield int(occupied.getsockname()[1])


def test_run_serves_the_page_and_leaves_the_token_for_the_keeper(tmp_path: Path) -> None:
    with machine(tmp_path, "--screen-port", "0") as running:
        news = running.until("screen")
        token = Path(news["token_file"])
        assert token.parent == tmp_path
        assert token.stat().st_mode & 0o777 == 0o600
        assert len(token.read_text(encoding="ascii").strip()) >= 43
        page = httpx.get(news["screen"], trust_env=False, timeout=WITHIN_S)
        assert page.text.startswith("<!doctype html>")
        assert running.stop() == 0
    assert not token.exists()


def test_the_bin_is_as_deep_as_it_was_measured_when_the_machine_was_set_up(tmp_path: Path) -> None:
    # 50 cm away lies the bottom of the simulated bin: a quarter of what was measured here.
    (tmp_path / "site.json").write_text('{"bin": {"empty_cm": 60, "full_cm": 20}}')
    with machine(tmp_path, "--screen-port", "0") as running:
        metrics = f"{running.until('screen')['screen']}metrics"
        while (
            "rvm_edge_bin_percent 25\n"
            not in httpx.get(metrics, trust_env=False, timeout=WITHIN_S).text
        ):
            pass  # until the machine has looked; its patience ends in a minute
        assert running.stop() == 0


def test_each_boot_has_its_own_token(tmp_path: Path) -> None:
    tokens = set()
    for _ in range(2):
        with machine(tmp_path, "--screen-port", "0") as running:
            tokens.add(Path(running.until("screen")["token_file"]).read_text(encoding="ascii"))
            assert running.stop() == 0
    assert len(tokens) == 2


def test_a_machine_whose_port_is_taken_says_so_and_serves_people(tmp_path: Path) -> None:
    with taken_port() as port, machine(tmp_path, "--screen-port", str(port)) as running:
        news = running.until("screen")
        assert news["screen"] == ""
        assert f"cannot listen on 127.0.0.1 port {port}" in news["trouble"]
        if not any(line.get("milestone") == "ready" for line in running.said):
            running.until("milestone", "ready")
        assert running.stop() == 0


@pytest.mark.parametrize("by", ["option", "settings"])
def test_a_machine_may_have_no_screen(tmp_path: Path, by: str) -> None:
    options = ("--no-screen",) if by == "option" else ()
    if by == "settings":
        (tmp_path / "settings.toml").write_text("[screen]\nenabled = false\n")
    with machine(tmp_path, *options) as running:
        running.until("milestone", "ready")
        assert running.stop() == 0
    assert not any("screen" in line for line in running.said)


def edge(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    return subprocess.run(
        [*EDGE, *arguments],
        input=typed,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )


def test_a_pin_becomes_a_line_of_the_settings_that_opens_to_it_alone(tmp_path: Path) -> None:
    done = edge("settings", "pin", "--pin", "2580")
    assert done.returncode == 0
    (tmp_path / "settings.toml").write_text(done.stdout)
    assert edge("--config-dir", str(tmp_path), "settings", "check").returncode == 0
    found = re.search('pin_hash = "(.+)"', done.stdout)
    assert found is not None
    assert PinHash.parse(found[1]).fits("2580")
    assert not PinHash.parse(found[1]).fits("2581")
    assert "2580" not in done.stdout.replace(found[1], "")


def test_the_hash_of_a_pin_is_not_shown_around(tmp_path: Path) -> None:
    hashed = str(PinHash.of("2580"))
    (tmp_path / "settings.toml").write_text(f'[screen]\npin_hash = "{hashed}"\n')
    for options in ((), ("--json",)):
        shown = edge("--config-dir", str(tmp_path), "settings", "show", *options)
        assert shown.returncode == 0
        assert hashed not in shown.stdout
        assert "(set)" in shown.stdout


@pytest.mark.parametrize("pin", ["12", "abcd", "1234567890123"])
def test_what_is_no_pin_is_refused_in_one_line(pin: str) -> None:
    done = edge("settings", "pin", "--pin", pin)
    assert done.returncode == 1
    assert done.stderr.strip() == "rvm-edge: a technician's PIN has 4 to 12 digits"
