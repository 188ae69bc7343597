"""The panels of the live view, each drawn from a scene."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from rich.align import Align
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.style import Style
from rich.table import Table
from rich.text import Text

from rvm_edge.cli.demo.eyes import Look
from rvm_edge.cli.demo.picture import half_blocks
from rvm_edge.cli.demo.scene import Scene
from rvm_edge.item import Detection, ItemState, Outcome, Reason, Verdict
from rvm_edge.ledger.evidence.gallery import surest
from rvm_edge.ledger.records import ItemRecord
from rvm_edge.statechart.publishing import Step
from rvm_edge.wording import wording_of
from states import paths
from states.chart import CHART

LINE = "grey37"
TITLE = "bold grey85"
DIM = "grey54"
GOOD = "green3"
BAD = "indian_red1"
WARN = "yellow3"
_LIT = Style.parse("bold #000000 on green3")
_LIT_BAD = Style.parse("bold #ffffff on red3")
_LIT_WARN = Style.parse("bold #000000 on yellow3")
_BAR_CELLS = 10
_FRAME = 2
_LEAST_PICTURE_ROWS = 4
_ACCEPTED = Verdict(accepted=True, reason=Reason.EMPTY_PET)
_FRAMED_JOURNAL_ROWS = 5
_WITHOUT_PICTURE = {
    paths.WAITING: ("Masukkan satu botol plastik kosong.", "Put one empty plastic bottle in."),
    paths.CAPTURE: ("Kamera sedang mengambil gambar…", "The camera is taking pictures…"),
    paths.IDLE: ("Siap menerima botol.", "Ready for the next person."),
    paths.INSPECTION: ("Memeriksa ruang…", "The server asked for a picture."),
    paths.FULL: ("Wadah penuh.", "The bin is full."),
    paths.CAPPED: (
        "Silakan kembali nanti: server belum terjangkau.",
        "Please come back later: the server is not reached.",
    ),
    paths.RESTARTING: ("Memulai ulang…", "Starting anew…"),
    paths.MAINTENANCE: ("Sedang dalam perawatan.", "Under maintenance."),
    paths.FAULT: ("Mesin sedang gangguan.", "Something is broken: it tries to come back."),
}
_WARNED = frozenset(
    {
        paths.MAINTENANCE,
        paths.FULL,
        paths.CAPPED,
        paths.OFFLINE_GUEST,
        paths.CLEARING,
        paths.REJECT,
        paths.RESTARTING,
    }
)
_OTHERWISE = ("Sebentar…", "One moment…")
_MOST_DETECTIONS = 2
_PICTURED = "pictures.taken"
_TURNS = ("session.requested", "item.inserted", _PICTURED)


def boxed(content: RenderableType, title: str, subtitle: str | Text = "") -> Panel:
    """Put a thin frame with a title around something."""
    return Panel(
        content,
        title=Text(title, TITLE),
        title_align="left",
        subtitle=subtitle or None,
        subtitle_align="right",
        border_style=LINE,
        padding=(0, 1),
    )


def chart_panel(scene: Scene) -> Panel:
    """Draw the chart with what is active lit; the inside of one state is left out, for room."""
    tree = Text(no_wrap=True)
    refused = any(leaf.startswith(paths.OUT_OF_SERVICE) for leaf in scene.leaves)
    for path, state in CHART.walk():
        if path.startswith(f"{paths.OPERATIONAL if refused else paths.OUT_OF_SERVICE}."):
            continue
        depth = path.count(".")
        is_leaf = path in scene.leaves
        inside = any(leaf.startswith(f"{path}.") for leaf in scene.leaves)
        tree.append("  " * depth)
        if is_leaf:
            tree.append(f" {state.name} ", _lit(path))
        elif inside:
            tree.append(f"{state.name}", f"bold {GOOD}")
            tree.append(" ∥" if state.parallel else "", DIM)
        else:
            tree.append(f"{state.name}", DIM)
        tree.append("\n")
    tree.rstrip()
    return boxed(tree, "statechart", Text("∥ side by side", DIM))


def _lit(path: str) -> Style:
    if path == paths.FAULT or path.startswith(paths.OUT_OF_SERVICE):
        return _LIT_BAD
    return _LIT_WARN if path in _WARNED else _LIT


def item_panel(scene: Scene, width: int, height: int) -> Panel:
    """Draw the item in hand: its picture, what was found, the verdict in two languages.

    Args:
        scene: the moment.
        width: of the panel in cells, its frame included.
        height: likewise.
    """
    inner = width - 4
    if scene.help:
        return boxed(_help(scene), "keys")
    look = scene.look
    if look is None or not look.frames or _is_unseen(scene.steps):
        return boxed(Align.center(_invitation(scene.leaves), vertical="middle"), "item")
    verdict = look.verdict
    shown = surest(verdict) if verdict else 0
    detections = verdict.detections[shown] if verdict and verdict.detections else ()
    words = _said(verdict, detections, inner) if verdict else [_looking(look)]
    usual = _said(_ACCEPTED, (), inner)  # of which there is room while nothing is said yet
    picture = half_blocks(
        look.frames[shown],
        detections,
        accepted=verdict.accepted if verdict else None,
        columns=inner,
        rows=max(_LEAST_PICTURE_ROWS, height - _FRAME - max(len(usual), len(words))),
    )
    content = Group(Align.center(picture), *words)
    return boxed(content, "item", Text(f"{len(look.frames)} pictures", DIM))


def _is_unseen(steps: Sequence[Step]) -> bool:
    """Say whether no picture was taken since the deposit, or its present item, began."""
    titles = (step.record.event for step in reversed(steps))
    return next((one for one in titles if one in _TURNS), _PICTURED) != _PICTURED


def _invitation(leaves: tuple[str, ...]) -> Text:
    """Say what is going on while there is no picture to show."""
    indonesian, english = next(
        (words for path, words in _WITHOUT_PICTURE.items() if path in leaves), _OTHERWISE
    )
    return Text.assemble((f"{indonesian}\n", "bold"), (english, DIM), justify="center")


def _looking(look: Look) -> Text:
    said = look.failed or "the model is looking…"
    return Text(f"\n{said}", BAD if look.failed else WARN, justify="center")


def _said(verdict: Verdict, detections: tuple[Detection, ...], width: int) -> list[RenderableType]:
    """Write the verdict, in the machine's two languages and in figures, line by line."""
    wording = wording_of(verdict.reason)
    style = _LIT if verdict.accepted else _LIT_BAD
    badge = " DITERIMA · ACCEPTED " if verdict.accepted else " DIKEMBALIKAN · RETURNED "
    lines: list[RenderableType] = [
        Align.center(Text(badge, style)),  # a text that centres itself loses its last space
        Text(wording.indonesian.happened, "bold", justify="center"),
        *(Text(one, justify="center") for one in textwrap.wrap(wording.indonesian.advice, width)),
        Text(wording.english.happened, f"bold {DIM}", justify="center"),
        *(Text(one, DIM, justify="center") for one in textwrap.wrap(wording.english.advice, width)),
    ]
    decisive = sorted(detections, key=lambda one: one.label != verdict.label)
    found = [f"{one.label} {one.confidence:.2f}" for one in decisive[:_MOST_DETECTIONS]]
    if verdict.weight_g is not None:
        found.append(f"{verdict.weight_g:.0f} g")
    if verdict.elapsed_ms:
        found.append(f"{verdict.elapsed_ms:.0f} ms")
    figures = textwrap.shorten(" · ".join(found), width, placeholder="…")
    return [*lines, Text(figures, "cyan", justify="center", no_wrap=True)]


def _help(scene: Scene) -> Table:
    table = Table.grid(padding=(0, 2))
    for key, what in scene.help:
        table.add_row(Text(key, f"bold {WARN}"), what)
    return table


def machine_panel(scene: Scene) -> Panel:
    """Show what every part does."""
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(style=DIM, width=9)
    table.add_column()
    for part in scene.parts:
        style = {True: GOOD, False: BAD, None: ""}[part.good]
        table.add_row(part.name, Text(f"{part.state}", style))
    filled = round(min(scene.bin_pct, 100) / 100 * _BAR_CELLS)
    bar = Text("█" * filled + "░" * (_BAR_CELLS - filled), GOOD if filled < _BAR_CELLS - 1 else BAD)
    table.add_row("bin", bar.append(f" {scene.bin_pct:.0f} %"))
    table.add_row("queue", _queue(scene))
    table.add_row("server", Text(f"items: {scene.on_server}"))
    table.add_row(
        "broken", Text(", ".join(scene.troubles) or "nothing", BAD if scene.troubles else DIM)
    )
    return boxed(table, "machine")


def _queue(scene: Scene) -> Text:
    """Say what waits for the server."""
    delivery = scene.delivery
    waiting = Text(f"{delivery.waiting} waiting", WARN if delivery.waiting else GOOD)
    if delivery.ambiguous:
        waiting.append(f", {delivery.ambiguous} unsure", WARN)
    if delivery.dead:
        waiting.append(f", {delivery.dead} dead", BAD)
    return waiting


def items_panel(scene: Scene, rows: int) -> Panel:
    """Show the counters and the last items."""
    counts = scene.counts
    figures = Text.assemble(
        ("items: ", DIM),
        (f"{counts.items}", "bold"),
        (f"  ✔ {counts.dropped}", f"bold {GOOD}"),
        (f"  ↩ {counts.returned}", f"bold {WARN}"),
        (f"  ? {counts.in_doubt}" if counts.in_doubt else "", BAD),
        no_wrap=True,
        overflow="ellipsis",
    )
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(width=1)
    table.add_column(no_wrap=True, ratio=1, overflow="ellipsis")
    table.add_column(justify="right", style=DIM, no_wrap=True)
    for record in scene.items[: max(0, rows)]:
        table.add_row(*_row(record))
    return boxed(Group(figures, table), "last items")


def _row(record: ItemRecord) -> tuple[Text, str, str]:
    item = record.item
    if item.outcome is Outcome.DROPPED:
        mark = Text("✔", GOOD)
    elif item.outcome is Outcome.RETURNED:
        mark = Text("↩", WARN)
    else:
        mark = Text("?" if item.state is ItemState.IN_DOUBT else "…", BAD)
    reason = item.reason.value if item.reason else "no verdict"
    verdict = record.verdict
    sure = f"{verdict.confidence:.2f}" if verdict and verdict.label else ""
    return mark, reason.replace("_", " "), sure


def journal_panel(scene: Scene, rows: int) -> RenderableType:
    """Show the journal's tail: what happened, where it led, and the chain of hashes.

    Args:
        scene: the moment.
        rows: how high it may be; with few of them it has no frame.
    """
    framed = rows >= _FRAMED_JOURNAL_ROWS
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(justify="right", style=DIM, width=5)
    table.add_column(style=DIM, width=12)
    table.add_column(ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=4, no_wrap=True, overflow="ellipsis")
    table.add_column(style="cyan", width=12)
    for step in list(scene.steps)[-(rows - _FRAME if framed else rows) :]:
        record = step.record
        table.add_row(
            str(record.seq), record.at[11:23], record.event, _move(step), record.hash[:12]
        )
    if not framed:
        return table
    return boxed(table, "journal", Text("every row carries the hash of the one before", DIM))


def _move(step: Step) -> Text:
    left = [path for path in step.before if path not in step.after]
    came = [path for path in step.after if path not in step.before]
    if not left and not came:  # left and entered again
        return Text(_short(step.after[-1:]))
    return Text.assemble(
        (_short(left), DIM), (" → ", DIM), (_short(came), "bold"), no_wrap=True, overflow="ellipsis"
    )


def _short(leaves: list[str] | tuple[str, ...]) -> str:
    return " + ".join(leaf.rsplit(".", 1)[-1] for leaf in leaves) or "·"
