"""Runs the benchmarks: ``python -m tests.bench [--only NAME] [--json]``, or `make bench`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping

import msgspec
from rich.console import Console
from rich.table import Table

from tests.bench import bench_ledger, bench_step, bench_verdict
from tests.bench.result import BenchResult

BENCHES: Mapping[str, Callable[[], BenchResult]] = {
    "step": bench_step.run,
    "ledger": bench_ledger.run,
    "verdict": bench_verdict.run,
}


def main() -> None:
    """Run what is asked for, and print a table or one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--only", choices=sorted(BENCHES), help="measure one thing")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    asked = parser.parse_args()
    chosen = [asked.only] if asked.only else list(BENCHES)
    results = [BENCHES[name]() for name in chosen]
    console = Console()
    for result in results:
        console.print(as_table(result))
    if asked.json:
        sys.stdout.write(f"{msgspec.json.encode(as_object(results)).decode()}\n")


def as_table(result: BenchResult) -> Table:
    """Lay out one result for people."""
    table = Table(title=result.name, caption="\n".join(result.notes), title_justify="left")
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
