"""The demo without a screen: some items, then the account of what became of them."""

from __future__ import annotations

import contextlib
import io
import sqlite3
import time
from collections import deque
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

import msgspec
import trio
from rich.console import Console
from trio.testing import MockClock

from rvm_edge.cli.demo.machine import SimulatedMachine, simulated_machine
from rvm_edge.cli.demo.people import Tally, serve
from rvm_edge.cli.demo.screen import screen
from rvm_edge.ledger.check import check
from rvm_edge.locations import Locations
from rvm_edge.settings import Settings
from rvm_edge.simulator.truth import Truth
from rvm_edge.statechart.build import build
from rvm_edge.statechart.document import chart_hash
from rvm_edge.statechart.journal import read, verify
from rvm_edge.statechart.publishing import Step
from states.chart import CHART


@dataclass(frozen=True)
class Plan:
    """What is asked of the demo.

    Attributes:
        items: how many items people bring.
        seed: for everything that is left to chance.
        faults: whether parts fail while items are handled.
        virtual: whether time is virtual; else everything is real but the mechanism.
        travel_scale: how long the mechanism takes, 1 as the real one; 0 at once.
        snapshot: where to draw the live view of the end as SVG, or None.
    """

    items: int
    seed: int
    faults: bool
    virtual: bool
    travel_scale: float
    snapshot: Path | None = None


class Account(msgspec.Struct, frozen=True):
    """What became of it all."""

    items: int
    accepted: int
    rejected: int
    returned: int
    in_doubt: int
    lost: int
    duplicated: int
    journal_rows: int
    journal_ok: bool
    chart_hash: str
    verdict_ms_p50: float
    verdict_ms_p99: float
    wall_s: float
    faults: int
    hazards: int
    violations: int

    @property
    def is_right(self) -> bool:
        """Whether nothing was lost, doubled or endangered, and the journal proves it."""
        wrong = self.lost + self.duplicated + self.hazards + self.violations + self.in_doubt
        return self.journal_ok and wrong == 0


def perform(plan: Plan, locations: Locations, settings: Settings) -> Account:
    """Run the machine as planned and account for every item.

    Raises:
        StuckError: the machine did not come back into service.
    """
    started_s = time.perf_counter()
    tally = Tally()
    clock = MockClock(autojump_threshold=0) if plan.virtual else None
    truth = trio.run(_perform, plan, locations, settings, tally, clock=clock)
    found = check(locations.ledger_path)
    proof = verify(read(locations.journal_path), build(CHART))
    accepted, rejected, returned, verdict_ms = _verdicts(locations)
    return Account(
        items=found.items,
        accepted=accepted,
        rejected=rejected,
        returned=returned,
        in_doubt=found.by_state["in_doubt"],
        lost=tally.lost,
        duplicated=tally.duplicated,
        journal_rows=proof.rows,
        journal_ok=proof.ok,
        chart_hash=chart_hash(CHART),
        verdict_ms_p50=_percentile(verdict_ms, 50),
        verdict_ms_p99=_percentile(verdict_ms, 99),
        wall_s=round(time.perf_counter() - started_s, 3),
        faults=tally.faults,
        hazards=len(truth.hazards),
        violations=len(found.violations),
    )


async def _perform(plan: Plan, locations: Locations, settings: Settings, tally: Tally) -> Truth:
    async with simulated_machine(
        locations,
        settings,
        seed=plan.seed,
        travel_scale=plan.travel_scale,
        virtual=plan.virtual,
    ) as machine:
        with machine.daemon.runtime.subscribe(100_000) as steps:
            await serve(machine, plan.items, plan.seed, tally, faults=plan.faults)
            if plan.snapshot is not None:
                await _draw(machine, steps, plan.snapshot)
        return machine.world.audit()


async def _draw(
    machine: SimulatedMachine, steps: trio.MemoryReceiveChannel[Step], path: Path
) -> None:
    """Write what the live view would show now."""
    last: deque[Step] = deque(maxlen=10)
    with contextlib.suppress(trio.WouldBlock):
        while True:
            last.append(steps.receive_nowait())
    ledger = machine.daemon.ledger
    console = Console(record=True, width=102, file=io.StringIO())
    console.print(screen(machine, await ledger.counts(), await ledger.recent(8), last))
    await trio.Path(path).write_text(console.export_svg(title="rvm-edge demo"), encoding="utf-8")


def _verdicts(locations: Locations) -> tuple[int, int, int, list[float]]:
    with closing(sqlite3.connect(f"file:{locations.ledger_path}?mode=ro", uri=True)) as ledger:
        (accepted, rejected, returned) = ledger.execute(
            "SELECT total(accepted = 1), total(accepted = 0), total(outcome = 'returned') "
            "FROM items"
        ).fetchone()
        took = [ms for (ms,) in ledger.execute("SELECT elapsed_ms FROM items WHERE elapsed_ms > 0")]
    return int(accepted), int(rejected), int(returned), took


def _percentile(values: list[float], percent: int) -> float:
    if len(values) < 2:  # noqa: PLR2004 - quantiles need two points
        return round(sum(values), 3)
    return round(quantiles(values, n=100, method="inclusive")[percent - 1], 3)
