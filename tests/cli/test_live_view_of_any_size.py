"""What the demo shows on screens of different sizes, without a machine behind it."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from rvm_edge.cli.demo.scene import Part, Scene
from rvm_edge.cli.demo.screen import LEAST, USUAL, screen
from rvm_edge.ledger.counts import Counts
from rvm_edge.ledger.courier import DeliveryStatus
from states import paths

PAGE = "http://127.0.0.1:8888/#token=abcdefgh PIN 1234"
KEYS = (
    "PET liquid can other two hand finish guest scan internet jam door bin eyes model unplug auto"
)
SCENE = Scene(
    leaves=(paths.ONLINE, paths.WAITING),
    counts=Counts(items=1142, dropped=715, returned=426, in_doubt=1),
    items=(),
    steps=(),
    look=None,
    parts=tuple(Part(f"part {number}", "as it should") for number in range(10)),
    bin_pct=100.0,
    delivery=DeliveryStatus(12, 0, 0, 703, 0, 0, ""),
    on_server=703,
    troubles=(),
    auto="back in 20 s",
    note="put in syn_00012: an empty PET bottle",
    keys=tuple((word[0], word) for word in KEYS.split()),
    help=(),
    clock_s=3599.0,
    page=PAGE,
)


def drawn(width: int, height: int) -> list[str]:
    file = io.StringIO()
    console = Console(width=width, height=height, file=file, legacy_windows=False)
    console.print(screen(SCENE, width, height))
    return file.getvalue().splitlines()


@pytest.mark.parametrize("size", [LEAST, (LEAST[0], USUAL[1]), USUAL, (120, 40)])
def test_address_figures_note_and_keys_are_whole_on_every_screen_that_is_served(
    size: tuple[int, int],
) -> None:
    rows = drawn(*size)
    assert len(rows) == size[1]
    assert PAGE in rows[0]
    assert any("100 %" in row for row in rows)
    assert any("1142" in row and "715" in row and "426" in row for row in rows)
    assert SCENE.note in "".join(rows[-4:])
    for word in (*KEYS.split(), "quit"):
        assert word in "".join(rows[-4:])


def test_the_chart_is_drawn_where_there_is_room_and_its_state_named_where_there_is_none() -> None:
    assert any("statechart" in row for row in drawn(*LEAST))
    small = drawn(*USUAL)
    assert not any("statechart" in row for row in small)
    assert any("online + waiting" in row for row in small)


def test_a_screen_that_is_too_small_says_what_the_view_needs_and_counts_on() -> None:
    told = "\n".join(drawn(60, 20))
    assert "This screen has 60x20 characters; the view needs 80x24" in told
    assert "1142 items, 715 taken, 426 back" in told
