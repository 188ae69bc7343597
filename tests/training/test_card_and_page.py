"""The card and the page say what was measured, and show nothing that may not be shown."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from rvm_edge.training.card import write_card
from rvm_edge.training.dataset import read_split
from rvm_edge.training.evaluation import Observed
from rvm_edge.training.model_notes import ModelNotes
from rvm_edge.training.page import write_page
from rvm_edge.training.recipe import Recipe, Stage
from rvm_edge.training.report import Report, gather
from rvm_edge.training.thresholds import choose_thresholds
from tests.training.labelled import CAN, EMPTY, FULL, observed, write_folder

RECIPE = Recipe(
    stages=(
        Stage(epochs=3, learning_rate=0.001),
        Stage(epochs=2, learning_rate=0.0005, not_empty_gain=3),
    )
)
NOTES = ModelNotes("a" * 64, "b" * 64, "c" * 64, 12, RECIPE)


@pytest.fixture
def report(tmp_path: Path) -> Report:
    write_folder(tmp_path, {"fooled": FULL, "missed": EMPTY}, ("val",))
    on_disk = {one.path.stem: one for one in read_split(tmp_path, "val")}
    seen = [
        observed(EMPTY, mineral=0.9),
        Observed(on_disk["fooled"], "here", observed(FULL, mineral=0.9).found, (64, 64)),
        Observed(on_disk["missed"], "here", observed(EMPTY, mineral=0.2).found, (64, 64)),
        *[observed(CAN, soda=0.9)] * 120,
    ]
    return gather(("model.onnx", "d" * 64, 10_500_000), NOTES, seen, choose_thresholds(seen))


def test_the_card_says_plainly_that_a_machine_needs_its_own_pictures(report: Report) -> None:
    card = write_card(report.figures, "demo, version 2", "Where the data is from.")
    assert "**A real machine needs its own pictures.**" in card
    assert "`rvm-edge collect`" in card
    assert "Where the data is from." in card


def test_the_card_holds_the_figures(report: Report) -> None:
    card = write_card(report.figures, "demo, version 2")
    assert card.startswith("# Model card: demo, version 2\n")
    assert "| file | `model.onnx`, 10.5 MB |" in card
    assert f"| SHA-256 | `{'d' * 64}` |" in card
    assert "| pet empty | 1 of 2 |  |" in card
    assert "| pet not empty |  | 1 of 1 |" in card
    assert "1 false accepts in 121 pictures: with 95 % confidence the true rate is below" in card
    assert "| **chosen** |" in card
    assert "| soda | 120 | 1.00 | 1.00 |" in card
    assert "3 epochs at 0.001 with `not_empty` weighed 1 times, then 2 epochs at 0.0005" in card


def test_a_model_that_is_not_fit_is_said_to_be_so() -> None:
    seen = [observed(FULL, mineral=1.0)]
    report = gather(("model.onnx", "d" * 64, 1), NOTES, seen, choose_thresholds(seen))
    assert "not fit for a machine" in write_card(report.figures, "demo")


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as HTMLParser calls it
        self.seen.append(tag)
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:  # noqa: ARG002 - as HTMLParser calls it
        self.seen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_from_elsewhere(report: Report) -> None:
    page = write_page(report, "demo <2>", lambda _: True)
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert {"script", "link", "img"}.isdisjoint(tags.seen)
    assert "http" not in page
    assert "demo &lt;2&gt;" in page


def test_the_page_shows_the_worst_pictures_false_accepts_first(report: Report) -> None:
    page = write_page(report, "demo", lambda _: True)
    assert page.count("data:image/jpeg;base64,") == 2
    assert page.index("fooled: pet not empty") < page.index("missed: pet empty")


def test_a_picture_that_may_not_be_shown_is_counted_and_left_out(report: Report) -> None:
    page = write_page(report, "demo", lambda path: path.stem != "fooled")
    assert page.count("data:image/jpeg;base64,") == 1
    assert "fooled" not in page.replace('class="fooled"', "").replace(".fooled", "")
    assert "1 more are not shown" in page
