"""The real commands as processes of their own, for benchmarks that measure from outside."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 60.0
_OPERATIONAL = " operational."
_IDLE = "operational.intake.idle"


class SilentError(Exception):
    """A measured process ended, or was ended for its silence, before it said what it had to."""


@dataclass(frozen=True)
class Started:
    """A machine that serves.

    Attributes:
        pid: of its main process.
        operational_s: from the start of the process to its first operational state.
        idle_s: from the start of the process until it waits for an item.
    """

    pid: int
    operational_s: float
    idle_s: float


@contextmanager
def simulated_machine(folder: Path) -> Iterator[Started]:
    """Run ``rvm-edge run --simulate`` with nothing remembered, from its first idle moment on.

    Raises:
        SilentError: it did not come into service within `PATIENCE_S`.
    """
    began = time.perf_counter()
    options = ("--data-dir", str(folder))
    command = ("run", "--simulate", "--seed", "1", "--screen-port", "0")
    with subprocess.Popen(
        [sys.executable, "-m", "rvm_edge", *options, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            operational_s, idle_s = _milestones(process, began)
            yield Started(process.pid, operational_s, idle_s)
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE_S)


def _milestones(process: subprocess.Popen[str], began: float) -> tuple[float, float]:
    assert process.stderr is not None
    operational_s: float | None = None
    said = []
    with _killed_when_late(process):
        for line in process.stderr:
            said.append(line)
            now_s = time.perf_counter() - began
            if operational_s is None and _OPERATIONAL in line:
                operational_s = now_s
            if operational_s is not None and _IDLE in line:
                return operational_s, now_s
    raise SilentError(f"the machine never became idle; it said {''.join(said[-5:])!r}")


@contextmanager
def python_at_rest(code: str) -> Iterator[int]:
    """Run `code` in a fresh interpreter and yield its process id while it rests afterwards.

    Raises:
        SilentError: the code did not come to its end within `PATIENCE_S`.
    """
    with subprocess.Popen(
        [sys.executable, "-c", f"{code}\nprint('resting', flush=True)\ninput()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            with _killed_when_late(process):
                if process.stdout.readline() != "resting\n":
                    raise SilentError(f"this did not run: {code}")
            yield process.pid
        finally:
            process.communicate("\n", timeout=PATIENCE_S)


def python_s(code: str) -> float:
    """Return how many seconds a fresh interpreter takes to run `code` and end."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE_S)
    return time.perf_counter() - began


def python_cpu_s(code: str) -> float:
    """Return how many seconds of a processor a fresh interpreter has used after `code`."""
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport time\nprint(time.process_time())"],
        check=True,
        timeout=PATIENCE_S,
        stdout=subprocess.PIPE,
    )
    return float(told.stdout)


@contextmanager
def _killed_when_late(process: subprocess.Popen[str]) -> Iterator[None]:
    """End the process if the block takes too long, so that reading from it comes to an end."""
    timer = threading.Timer(PATIENCE_S, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
