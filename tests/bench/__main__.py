"""Runs the benchmarks: ``python -m tests.bench [--only NAME,…] [--json]``, or `make bench`."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import FrameType

import msgspec
from rich.console import Console
from rich.table import Table

from tests.bench import (
    bench_backends,
    bench_deposit,
    bench_fanout,
    bench_items,
    bench_keeper,
    bench_ledger,
    bench_memory,
    bench_page,
    bench_recovery,
    bench_sam2,
    bench_serial,
    bench_service,
    bench_start,
    bench_step,
    bench_swap,
    bench_sync,
    bench_verdict,
    bench_worker,
)
from tests.bench.result import BenchResult

LIMIT_S = 300
"""Most take seconds, the longest some three minutes."""


class TooLongError(Exception):
    """A benchmark did not come to its end. The message says when it was given up."""


Benches = Mapping[str, Callable[[], BenchResult]]

BENCHES: Benches = {
    "step": bench_step.run,
    "ledger": bench_ledger.run,
    "serial": bench_serial.run,
    "verdict": bench_verdict.run,
    "backends": bench_backends.run,
    "worker": bench_worker.run,
    "sam2": bench_sam2.run,
    "swap": bench_swap.run,
    "start": bench_start.run,
    "memory": bench_memory.run,
    "items": bench_items.run,
    "fanout": bench_fanout.run,
    "sync": bench_sync.run,
    "page": bench_page.run,
    "recovery": bench_recovery.run,
    "deposit": bench_deposit.run,
    "keeper": bench_keeper.run,
    "service": bench_service.run,
}


def main(arguments: Sequence[str] | None = None, benches: Benches = BENCHES) -> None:
    """Run what is asked for; print a table of each, and one JSON object if asked, last.

    One that fails or takes too long leaves the others their figures; the exit code tells.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument(
        "--only", metavar="NAME,…", default="", help=f"measure these: {', '.join(sorted(benches))}"
    )
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    parser.add_argument(
        "--limit", type=int, default=LIMIT_S, metavar="S", help="no benchmark may take longer"
    )
    asked = parser.parse_args(arguments)
    names = [name for name in asked.only.replace(",", " ").split() if name]
    if unknown := [name for name in names if name not in benches]:
        parser.error(
            f"no benchmark is called {unknown[0]!r}; there are {', '.join(sorted(benches))}"
        )
    results = []
    failed = False
    console = Console()
    for name in names or benches:
        try:
            result = observed(name, benches[name], asked.limit)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others shall be measured
            result = BenchResult(name, {}, {}, (f"not measured: {type(error).__name__}: {error}",))
            failed = True
        results.append(result)
        console.print(as_table(result))
        for note in result.notes:
            console.print(note, markup=False, highlight=False, soft_wrap=True)
    if asked.json:
        sys.stdout.write(f"{msgspec.json.encode(as_object(results)).decode()}\n")
    if failed:
        raise SystemExit(1)


def observed(name: str, bench: Callable[[], BenchResult], limit_s: int) -> BenchResult:
    """Run one, and note how long it took, what else ran, and how to repeat it.

    Raises:
        TooLongError: it took longer than `limit_s`.
    """
    load = os.getloadavg()[0]
    began = time.monotonic()
    with bounded(limit_s):
        measured = bench()
    took_s = time.monotonic() - began
    around = (
        f"took {took_s:.0f} s; load average {load:.1f} before, {os.getloadavg()[0]:.1f} after, "
        f"on {os.cpu_count()} processors"
    )
    again = f"repeat with: make bench ONLY={name}"
    return replace(measured, notes=(*measured.notes, around, again))


@contextmanager
def bounded(limit_s: int) -> Iterator[None]:
    """Raise an error inside if it takes longer.

    Raises:
        TooLongError: it did.
    """

    def give_up(_signal: int, _frame: FrameType | None) -> None:
        raise TooLongError(f"it took longer than {limit_s} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(limit_s)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def as_table(result: BenchResult) -> Table:
    """Lay out the figures and ratios of one result for people."""
    table = Table(title=result.name, title_justify="left")
    table.add_column("figure")
    table.add_column("value", justify="right")
    for name, value in result.figures.items():
        table.add_row(name, f"{value:.3f}")
    for name, value in result.ratios.items():
        table.add_row(f"ratio: {name}", f"{value:.2f}", style="bold")
    return table


def as_object(results: list[BenchResult]) -> dict[str, object]:
    """Lay out all results for programs."""
    ratios = {f"{one.name}.{name}": ratio for one in results for name, ratio in one.ratios.items()}
    return {"results": results, "ratios": ratios}


if __name__ == "__main__":
    main()
