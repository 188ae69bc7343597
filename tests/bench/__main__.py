"""Runs the benchmarks: ``python -m tests.bench [--only NAME] [--json]``, or `make bench`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

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
    """Run what is asked for; print a table of each, and one JSON object if asked, last."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--only", choices=sorted(benches), help="measure one thing")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    asked = parser.parse_args(arguments)
    results = []
    console = Console()
    for name in [asked.only] if asked.only else benches:
        measured = benches[name]()
        again = f"repeat with: make bench ONLY={name}"
        results.append(replace(measured, notes=(*measured.notes, again)))
        console.print(as_table(results[-1]))
        for note in results[-1].notes:
            console.print(note, markup=False, highlight=False, soft_wrap=True)
    if asked.json:
        sys.stdout.write(f"{msgspec.json.encode(as_object(results)).decode()}\n")


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
