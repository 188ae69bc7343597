"""What the demo shows on screens of different sizes, without a machine behind it."""

from __future__ import annotations

import io

import pytest
from msgspec.structs import replace
from rich.console import Console

from drivers.ports import Encoding, Frame
from rvm_edge.cli.demo.eyes import Look
from rvm_edge.cli.demo.scene import Part, Scene
from rvm_edge.cli.demo.screen import LEAST, USUAL, screen
from rvm_edge.item import Detection, Reason, Verdict
from rvm_edge.ledger.counts import Counts
from rvm_edge.ledger.courier import DeliveryStatus
from states import paths
from tests.bridges.local.staged_machine import step

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


FULL = Detection("not_empty", 0.46, (10.0, 10.0, 90.0, 90.0))
BOTTLES = tuple(Detection("mineral", sure, (5.0, 5.0, 60.0, 90.0)) for sure in (0.81, 0.72))
LOOK = Look(
    tuple(Frame(bytes(100 * 100 * 3), Encoding.BGR24, 100, 100, 0.0, one) for one in range(2)),
    Verdict(False, Reason.NOT_EMPTY, "not_empty", 0.46, ((*BOTTLES, FULL), BOTTLES)),
)


def drawn(width: int, height: int, scene: Scene = SCENE) -> list[str]:
    file = io.StringIO()
    console = Console(width=width, height=height, file=file, legacy_windows=False)
    console.print(screen(scene, width, height))
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
    assert "items: 1142, taken: 715, back: 426" in told


def test_what_decided_is_named_first_whichever_picture_it_was_in() -> None:
    (figures,) = (row for row in drawn(*LEAST, replace(SCENE, look=LOOK)) if "0.46" in row)
    assert "not_empty 0.46 · mineral 0.81" in figures


@pytest.mark.parametrize("size", [LEAST, USUAL, (120, 40)])
def test_the_picture_keeps_its_size_when_a_bottle_is_accepted(size: tuple[int, int]) -> None:
    accepted = Verdict(True, Reason.EMPTY_PET, "mineral", 0.81, (BOTTLES, BOTTLES))
    heights = [
        sum("▀" in row for row in drawn(*size, replace(SCENE, look=Look(LOOK.frames, verdict))))
        for verdict in (None, accepted)
    ]
    assert heights[0] == heights[1] > 0


@pytest.mark.parametrize(
    ("last", "shows"),
    [("session.requested", False), ("item.inserted", False), ("pictures.taken", True)],
)
def test_an_item_of_which_there_is_no_picture_yet_is_not_shown_as_the_last_one(
    last: str,
    shows: bool,
) -> None:
    happened = ("session.requested", "item.inserted", "pictures.taken", last, "link.lost")
    steps = tuple(step(event, (paths.WAITING,)) for event in happened)
    told = "\n".join(drawn(*LEAST, replace(SCENE, look=LOOK, steps=steps)))
    assert ("The bottle is not empty" in told) is shows
    assert ("Put one empty plastic bottle in." in told) is not shows
