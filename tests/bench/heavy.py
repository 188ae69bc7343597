"""Benchmarks that need the heavy environment run in it, wherever they are asked for."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec

from rvm_edge.locations import checkout_dir
from tests.bench.result import BenchResult

_LIMIT_S = 175.0
_NEEDED = ("torch", "ultralytics", "sam2")


def in_heavy(name: str, measure: Callable[[], BenchResult]) -> BenchResult:
    """Measure here if the libraries are here, else in `.venv-ai`, else say what is missing.

    Args:
        name: of the benchmark, whose module is `tests.bench.bench_<name>` and prints its result as
            one line of JSON, last, when it is run.
        measure: measures in this process.
    """
    missing = [one for one in _NEEDED if importlib.util.find_spec(one) is None]
    if not missing:
        return measure()
    python = (checkout_dir() or Path()) / ".venv-ai" / "bin" / "python"
    if not python.exists():
        note = f"not measured: {', '.join(missing)} are not installed; make setup-ai"
        return BenchResult(name, {}, {}, (note,))
    try:
        done = subprocess.run(
            [str(python), "-m", f"tests.bench.bench_{name}"],
            capture_output=True,
            text=True,
            timeout=_LIMIT_S,
            check=False,
            cwd=checkout_dir(),
            env={**os.environ, "OMP_WAIT_POLICY": "PASSIVE"},  # as in the worker
        )
    except subprocess.TimeoutExpired:
        return BenchResult(name, {}, {}, (f"not measured within {_LIMIT_S:g} s",))
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
        return BenchResult(name, {}, {}, (f"not measured: {last}",))
    return msgspec.json.decode(done.stdout.strip().splitlines()[-1], type=BenchResult)


def print_result(result: BenchResult) -> None:
    """Print a result as `in_heavy` reads it."""
    sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
