"""The demo's live view: where the chart stands, what was decided, what is remembered."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from rvm_edge.cli.demo.machine import SimulatedMachine
from rvm_edge.ledger.counts import Counts
from rvm_edge.ledger.records import ItemRecord
from rvm_edge.statechart.publishing import Step
from states.chart import CHART

KEYS = (
    "[b]p[/] PET  [b]l[/] liquid  [b]c[/] can  [b]o[/] other  [b]n[/] finish  "
    "[b]i[/] internet  [b]j[/] jam  [b]d[/] door  [b]b[/] bin  [b]u[/] unplug  [b]q[/] quit"
)


def screen(
    machine: SimulatedMachine,
    counts: Counts,
    items: Sequence[ItemRecord],
    steps: deque[Step],
) -> RenderableType:
    """Draw the whole view."""
    return Group(
        Columns([_chart(machine), Group(_counters(machine, counts), _items(items))]),
        _journal(steps),
        Text.from_markup(KEYS, justify="center"),
    )


def _chart(machine: SimulatedMachine) -> Panel:
    active = machine.daemon.runtime.configuration
    lines = Text()
    for path, state in CHART.walk():
        lit = any(leaf == path or leaf.startswith(f"{path}.") for leaf in active)
        mark = "●" if path in active else "○" if lit else " "
        style = "bold black on green" if path in active else "green" if lit else "dim"
        lines.append(f"{'  ' * path.count('.')}{mark} {state.name}\n", style=style)
    return Panel(lines, title="statechart", width=34)


def _counters(machine: SimulatedMachine, counts: Counts) -> Panel:
    world = machine.world
    table = Table.grid(padding=(0, 2))
    table.add_row("items", str(counts.items), "dropped", str(counts.dropped))
    table.add_row("returned", str(counts.returned), "in doubt", str(counts.in_doubt))
    table.add_row("internet", _yes(machine.cloud.reachable), "gate open", _yes(world.gate_is_open))
    table.add_row("light", _yes(world.light_is_on), "door open", _yes(world.door_is_open))
    faults = ", ".join(fault.value for fault in world.faults.in_force) or "none"
    table.add_row("bin", f"{world.bin_pct:.1f} %", "faults", faults)
    return Panel(table, title="machine", width=62)


def _items(items: Sequence[ItemRecord]) -> Panel:
    table = Table.grid(padding=(0, 2))
    for record in items[:8]:
        item, verdict = record.item, record.verdict
        outcome = item.outcome.value if item.outcome else item.state.value
        style = "green" if outcome == "dropped" else "yellow"
        table.add_row(
            Text(outcome, style=style),
            item.reason.value if item.reason else "",
            f"{verdict.label} {verdict.confidence:.2f}" if verdict and verdict.label else "",
            f"{verdict.elapsed_ms:.0f} ms" if verdict and verdict.elapsed_ms else "",
        )
    return Panel(table, title="decisions", width=62)


def _journal(steps: deque[Step]) -> Panel:
    table = Table.grid(padding=(0, 2))
    for step in steps:
        record = step.record
        after = " + ".join(leaf.rsplit(".", 1)[-1] for leaf in record.after)
        table.add_row(Text(str(record.seq), style="dim"), record.event, after, record.hash[:12])
    return Panel(table, title="journal", width=97)


def _yes(value: bool) -> Text:  # noqa: FBT001 - a flag to show
    return Text("yes" if value else "no", style="bold green" if value else "dim")
