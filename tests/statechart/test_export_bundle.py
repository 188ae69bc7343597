"""All products in one folder, and whether they are still true."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec
import pytest

from rvm_edge.statechart.build import build
from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.definition import Chart
from rvm_edge.statechart.document import chart_document, chart_hash
from rvm_edge.statechart.export.arrows import CALM
from rvm_edge.statechart.export.bundle import differing, write
from rvm_edge.statechart.export.document import as_json
from rvm_edge.statechart.export.dot import dot
from rvm_edge.statechart.export.formats import Format, export
from rvm_edge.statechart.export.picture import PictureError, source_hash, stamp_of

NAMES = [
    "chart.mmd",
    "chart.dot",
    "chart.json",
    "chart.scxml",
    "report.md",
    "exploration.tsv",
    "chart.svg",
    "chart.png",
    "chart-calm.svg",
]

STAND_IN = r"""#!{python} -S
import sys
source = sys.stdin.read()
if "-Tsvg" in sys.argv:
    print("<svg/>")
else:
    sys.stdout.buffer.write(b"\x89PNG\r\n\x1a\n" + bytes(12))
"""


@pytest.fixture
def decider(pump: Chart[None]) -> Decider[None]:
    return build(pump)


@pytest.fixture(autouse=True)
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `dot` that draws nothing in no time."""
    program = tmp_path / "bin" / "dot"
    program.parent.mkdir()
    program.write_text(STAND_IN.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    return program


def test_every_product_is_written_and_then_current(decider: Decider[None], tmp_path: Path) -> None:
    folder = tmp_path / "docs" / "chart"
    assert [path.name for path in write(decider, folder)] == NAMES
    assert sorted(path.name for path in folder.iterdir()) == sorted(NAMES)
    assert differing(decider, folder) == ()


def test_what_is_current_is_not_written_again(decider: Decider[None], tmp_path: Path) -> None:
    write(decider, tmp_path)
    (tmp_path / "chart.mmd").unlink()
    assert write(decider, tmp_path) == (tmp_path / "chart.mmd",)


@pytest.mark.parametrize("name", NAMES)
def test_a_missing_file_is_named(decider: Decider[None], tmp_path: Path, name: str) -> None:
    write(decider, tmp_path)
    (tmp_path / name).unlink()
    assert differing(decider, tmp_path) == (name,)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_something_else_is_named(
    decider: Decider[None], tmp_path: Path, name: str
) -> None:
    write(decider, tmp_path)
    (tmp_path / name).write_bytes(b"something else")
    assert differing(decider, tmp_path) == (name,)


def test_a_folder_that_does_not_exist_lacks_everything(
    decider: Decider[None], tmp_path: Path
) -> None:
    assert differing(decider, tmp_path / "nowhere") == tuple(NAMES)


def test_a_changed_chart_makes_everything_stale(
    pump: Chart[None], decider: Decider[None], tmp_path: Path
) -> None:
    write(decider, tmp_path)
    first = msgspec.structs.replace(pump.transitions[0], event="lamp.toggled")
    changed = msgspec.structs.replace(pump, transitions=(first, *pump.transitions[1:]))
    assert differing(Decider(changed), tmp_path) == tuple(NAMES)


def test_a_picture_by_another_graphviz_is_as_good(decider: Decider[None], tmp_path: Path) -> None:
    write(decider, tmp_path)
    picture = tmp_path / "chart.svg"
    picture.write_bytes(picture.read_bytes().replace(b"<svg/>", b"<svg version='1.1'/>"))
    assert differing(decider, tmp_path) == ()


def test_the_calm_picture_is_drawn_without_errors_and_timeouts(
    pump: Chart[None], decider: Decider[None], tmp_path: Path
) -> None:
    write(decider, tmp_path)
    calm = dot(pump, chart_hash(pump), kinds=CALM)
    assert stamp_of((tmp_path / "chart-calm.svg").read_bytes()) == source_hash(calm)


def test_comparing_needs_no_graphviz(
    decider: Decider[None], tmp_path: Path, stand_in: Path
) -> None:
    write(decider, tmp_path)
    stand_in.unlink()
    assert differing(decider, tmp_path) == ()


def test_without_graphviz_the_texts_are_written_all_the_same(
    decider: Decider[None], tmp_path: Path, stand_in: Path
) -> None:
    stand_in.unlink()
    with pytest.raises(PictureError, match="apt-get install graphviz"):
        write(decider, tmp_path / "out")
    assert differing(decider, tmp_path / "out") == ("chart.svg", "chart.png", "chart-calm.svg")


def test_json_holds_the_document_and_its_hash(pump: Chart[None]) -> None:
    whole = json.loads(as_json(pump))
    assert whole == {"chart": chart_document(pump), "hash": chart_hash(pump)}
    assert as_json(pump).endswith("}\n")


@pytest.mark.parametrize(
    ("form", "beginning"),
    [
        (Format.MERMAID, b"---\ntitle:"),
        (Format.DOT, b'digraph "pump" {'),
        (Format.SVG, b"<svg/>"),
        (Format.PNG, b"\x89PNG"),
        (Format.JSON, b"{\n"),
        (Format.SCXML, b"<?xml"),
        (Format.REPORT, b"# The chart `pump`"),
    ],
)
def test_each_format_is_what_it_says(
    decider: Decider[None], form: Format, beginning: bytes
) -> None:
    assert export(decider, form).startswith(beginning)


def test_single_exports_equal_the_bundles_files(decider: Decider[None], tmp_path: Path) -> None:
    write(decider, tmp_path)
    for form, name in {
        Format.MERMAID: "chart.mmd",
        Format.DOT: "chart.dot",
        Format.SVG: "chart.svg",
        Format.PNG: "chart.png",
        Format.JSON: "chart.json",
        Format.SCXML: "chart.scxml",
        Format.REPORT: "report.md",
    }.items():
        assert export(decider, form) == (tmp_path / name).read_bytes()
