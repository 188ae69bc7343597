"""The live view as a whole: which panel goes where on a screen of any size."""

from __future__ import annotations

from rich.align import Align
from rich.console import RenderableType
from rich.layout import Layout
from rich.text import Text

from rvm_edge.cli.demo.panels import (
    DIM,
    WARN,
    chart_panel,
    item_panel,
    items_panel,
    journal_panel,
    machine_panel,
)
from rvm_edge.cli.demo.scene import Scene
from states.chart import CHART

LEAST = (100, 32)
"""Columns and rows of the smallest screen that holds everything."""

USUAL = (80, 24)
"""Of a terminal as it opens: chart and journal are left out there, not what people came to see."""

_CHART_ROWS = sum(1 for path, _ in CHART.walk() if not path.startswith("out_of_service.")) + 2
_CHART_COLUMNS = 27
_MACHINE_ROWS = 16
_HIGHEST_BODY = 34
_FRAME = 2
_FOOT_ROWS = 3
_PARTS_COLUMNS = 30


def screen(scene: Scene, width: int, height: int) -> RenderableType:
    """Draw the scene for a screen of that many columns and rows."""
    if width < USUAL[0] or height < USUAL[1]:
        return _too_small(scene, width, height)
    if width < LEAST[0] or height < LEAST[1]:
        return _small(scene, width, height)
    body = min(_HIGHEST_BODY, max(_CHART_ROWS, height - 1 - _FOOT_ROWS - 10))
    journal = height - 1 - _FOOT_ROWS - body
    right = max(30, width // 4)
    middle = width - _CHART_COLUMNS - right
    whole = Layout()
    whole.split_column(
        Layout(_head(scene, width), size=1, name="head"),
        Layout(name="body", size=body),
        Layout(journal_panel(scene, journal), size=journal, name="journal"),
        Layout(_foot(scene, width), size=_FOOT_ROWS, name="foot"),
    )
    whole["body"].split_row(
        Layout(chart_panel(scene), size=_CHART_COLUMNS),
        Layout(item_panel(scene, middle, body), size=middle),
        Layout(name="right", size=right),
    )
    whole["right"].split_column(
        Layout(machine_panel(scene), size=_MACHINE_ROWS),
        Layout(items_panel(scene, body - _MACHINE_ROWS - _FRAME - 1)),
    )
    return whole


def _head(
    scene: Scene, width: int, name: str = " MyRVM-Edge ", introduces: str = "screen: "
) -> Text:
    minutes, seconds = divmod(int(scene.clock_s), 60)
    what = (
        f" {introduces}{scene.page}"
        if scene.page
        else " a simulated machine with its real chart, ledger, journal and eyes"
    )
    clock = f"visitors: {scene.auto}  {minutes:02d}:{seconds:02d} "
    head = Text.assemble((name, "bold #000000 on cyan"), (what, DIM))
    head.truncate(width - len(clock) - 1, overflow="ellipsis", pad=True)
    return head.append(f" {clock}", DIM)


def _small(scene: Scene, width: int, height: int) -> Layout:
    foot = 1 + _rows_of_keys(scene, width)
    body = height - 2 - foot
    whole = Layout()
    whole.split_column(
        Layout(_head(scene, width, name="", introduces=""), size=1),
        Layout(_where(scene), size=1),
        Layout(name="body", size=body),
        Layout(_foot(scene, width), size=foot),
    )
    whole["body"].split_row(
        Layout(item_panel(scene, width - _PARTS_COLUMNS, body)),
        Layout(machine_panel(scene), size=_PARTS_COLUMNS),
    )
    return whole


def _where(scene: Scene) -> Text:
    """Name the active states, and count the items."""
    where = " + ".join(leaf.rsplit(".", 1)[-1] for leaf in scene.leaves)
    counts = scene.counts
    told = f"   items: {counts.items}, taken: {counts.dropped}, back: {counts.returned}"
    return Text.assemble((f" {where}", "bold"), (told, DIM), no_wrap=True, overflow="ellipsis")


def _rows_of_keys(scene: Scene, width: int) -> int:
    return _foot(scene, width).plain.count("\n")


def _foot(scene: Scene, width: int) -> Text:
    foot = Text(f" {scene.note}\n", WARN, no_wrap=True, overflow="ellipsis")
    room = width
    for key, word in (*scene.keys, ("q", "quit")):
        label = Text.assemble((f" {key} ", f"bold {WARN}"), (f"{word} ", DIM))
        if label.cell_len > room:
            foot.append("\n")
            room = width
        room -= label.cell_len
        foot.append_text(label)
    return foot


def _too_small(scene: Scene, width: int, height: int) -> Align:
    text = Text(justify="center")
    text.append_text(_where(scene)).append("\n\n")
    text.append(
        f"This screen has {width}x{height} characters; the view needs {USUAL[0]}x{USUAL[1]},\n"
        f"and {LEAST[0]}x{LEAST[1]} to show the chart and the journal.\n"
        "Make it larger, or say rvm-edge demo --headless.\nThe keys work all the same; q quits.",
        DIM,
    )
    return Align.center(text, vertical="middle", height=height)
