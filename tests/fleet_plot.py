"""Draws the pictures of the page on fleets: ``python -m tests.fleet_plot docs/images [--check]``.

They are drawn from the simulation, so the same code draws the same bytes; `--check` says whether
those in the folder are up to date.
"""

from __future__ import annotations

import argparse
import io
import itertools
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rvm_edge.settings import Settings
from rvm_edge.simulator.fleet import Account, Manner, Scenario, Second, simulate

SCENARIO = Scenario(machines=1_000, outage_s=600)
CAPACITY_RPS = 100
LIMITED = Scenario(machines=1_000, outage_s=600, capacity_rps=CAPACITY_RPS, queue=50)
STRETCH_S = 5
INK, SHADE = "#24292f", "#eceff2"
FRACTION = re.compile(rb"[0-9]+\.[0-9]{3,}")
"""A tenth of a pixel is enough, and the same in all versions of matplotlib."""

COLOURS = {Manner.OURS: "#0b7285", Manner.NAIVE: "#d9480f"}
STYLE = {
    "svg.hashsalt": "fleet",
    "svg.fonttype": "none",
    "path.simplify": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "axes.edgecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}

Pictures = Mapping[str, Callable[[], bytes]]


@style.context(STYLE)
def requests_picture(scenario: Scenario = SCENARIO) -> bytes:
    """Draw the requests that are sent, to a server that can carry any number."""
    figure = Figure(figsize=(9, 3.8))
    axes = _axes(figure, (0.14, 0.72), scenario, "requests sent per second")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    for manner in Manner:
        _line(axes, simulate(scenario, manner, Settings()), lambda one: one.sent)
    _captions(figure, scenario, "any load")
    return _svg(figure)


@style.context(STYLE)
def recovery_picture(scenario: Scenario = LIMITED) -> bytes:
    """Draw what a limited server is asked, and what still waits in the machines."""
    figure = Figure(figsize=(9, 5.6))
    upper = _axes(figure, (0.55, 0.345), scenario, "requests sent per second")
    lower = _axes(figure, (0.1, 0.37), scenario, "items not delivered yet")
    for manner in Manner:
        account = simulate(scenario, manner, Settings())
        _line(upper, account, lambda one: one.sent)
        _line(lower, account, lambda one: one.waiting)
    assert scenario.capacity_rps is not None
    upper.axhline(scenario.capacity_rps, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    upper.set_ylim(bottom=0)
    lower.set_ylim(bottom=0)
    _captions(figure, scenario, f"{scenario.capacity_rps:.0f} requests/s (dashed)")
    return _svg(figure)


PICTURES: Pictures = {
    "fleet-requests.svg": requests_picture,
    "fleet-recovery.svg": recovery_picture,
}


def main(arguments: Sequence[str] | None = None, pictures: Pictures = PICTURES) -> None:
    """Write the pictures, or say which ones are not up to date."""
    parser = argparse.ArgumentParser(prog="python -m tests.fleet_plot")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing")
    asked = parser.parse_args(arguments)
    stale = []
    for name, draw in pictures.items():
        path, content = asked.folder / name, draw()
        if not asked.check:
            path.write_bytes(content)
        elif not path.exists() or path.read_bytes() != content:
            stale.append(name)
    if stale:
        sys.exit(
            f"{asked.folder}: not up to date: {', '.join(stale)}; "
            f"run 'python -m tests.fleet_plot {asked.folder}'"
        )


def _captions(figure: Figure, scenario: Scenario, capacity: str) -> None:
    """Write what is shown. Every text stands on its baseline: that needs no font to be measured."""
    figure.text(
        0.09,
        0.95,
        f"{scenario.machines:,} machines, {scenario.items_per_hour:.0f} items an hour each; server "
        f"away for {scenario.outage_s} s (grey), carries {capacity}",
    )
    figure.text(0.535, 0.02, "seconds since the server's return", ha="center")
    for manner, right in ((Manner.OURS, 0.98), (Manner.NAIVE, 0.93)):
        figure.text(right, 0.02, manner.value, ha="right", weight="bold", color=COLOURS[manner])


def _axes(figure: Figure, span: tuple[float, float], scenario: Scenario, label: str) -> Axes:
    """Make axes that span so much of the figure, given as bottom and height."""
    bottom, height = span
    axes = figure.add_axes((0.09, bottom, 0.89, height))
    axes.axvspan(-scenario.outage_s, 0, color=SHADE, linewidth=0)
    axes.set_xlim(-scenario.outage_s - scenario.before_s, scenario.after_s)
    figure.text(0.09, bottom + height + 0.015, label, weight="bold")
    return axes


def _line(axes: Axes, account: Account, value: Callable[[Second], int]) -> None:
    """Draw the most in a second of each stretch."""
    stretches = itertools.groupby(account.seconds, lambda one: one.at_s // STRETCH_S * STRETCH_S)
    points = [(at_s, max(value(one) for one in seconds)) for at_s, seconds in stretches]
    axes.plot(
        [at_s for at_s, _ in points],
        [most for _, most in points],
        color=COLOURS[account.manner],
        linewidth=1.4,
    )


def _svg(figure: Figure) -> bytes:
    content = io.BytesIO()
    figure.savefig(content, format="svg", metadata={"Date": None, "Creator": None})
    return FRACTION.sub(_rounded, content.getvalue())


def _rounded(number: re.Match[bytes]) -> bytes:
    return f"{float(number[0]):.1f}".encode()


if __name__ == "__main__":
    main()
