"""All products of a chart in one folder: written for the documentation, compared by its check."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import msgspec

from rvm_edge.statechart.decider import Decider
from rvm_edge.statechart.document import chart_hash
from rvm_edge.statechart.explore import explore
from rvm_edge.statechart.export.arrows import CALM
from rvm_edge.statechart.export.document import as_json
from rvm_edge.statechart.export.dot import dot
from rvm_edge.statechart.export.mermaid import mermaid
from rvm_edge.statechart.export.picture import PictureFormat, render, source_hash, stamp_of
from rvm_edge.statechart.export.scxml import scxml
from rvm_edge.statechart.export.table import tsv
from rvm_edge.statechart.report import report

__all__ = ["differing", "write"]

M = TypeVar("M")


class _Text(msgspec.Struct, frozen=True):
    """A file that must be equal byte by byte."""

    text: str

    def content(self) -> bytes:
        return self.text.encode()

    def is_current(self, content: bytes) -> bool:
        return content == self.content()


class _Picture(msgspec.Struct, frozen=True):
    """A file that must have been drawn from this source, by any version of Graphviz."""

    source: str
    form: PictureFormat

    def content(self) -> bytes:
        return render(self.source, self.form)

    def is_current(self, content: bytes) -> bool:
        return stamp_of(content) == source_hash(self.source)


def write(decider: Decider[M], folder: Path) -> tuple[Path, ...]:
    """Write every product that is not current, and return the paths of those.

    Raises:
        PictureError: a picture could not be drawn; the texts are written all the same.
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, product in _products(decider):
        path = folder / name
        if not _is_current(product, path):
            path.write_bytes(product.content())
            written.append(path)
    return tuple(written)


def differing(decider: Decider[M], folder: Path) -> tuple[str, ...]:
    """Return the names of the products that are missing in `folder` or out of date.

    Needs no Graphviz: a picture is judged by the source it says it was drawn from.
    """
    return tuple(
        name for name, product in _products(decider) if not _is_current(product, folder / name)
    )


def _is_current(product: _Text | _Picture, path: Path) -> bool:
    try:
        return product.is_current(path.read_bytes())
    except FileNotFoundError:
        return False


def _products(decider: Decider[M]) -> Iterator[tuple[str, _Text | _Picture]]:
    """Yield every file's name and content, the pictures last."""
    chart = decider.chart
    digest = chart_hash(chart)
    found = explore(decider)
    drawing = dot(chart, digest)
    calm = dot(chart, digest, kinds=CALM)
    yield "chart.mmd", _Text(mermaid(chart, digest))
    yield "chart.dot", _Text(drawing)
    yield "chart.json", _Text(as_json(chart))
    yield "chart.scxml", _Text(scxml(chart, digest))
    yield "report.md", _Text(report(chart, digest, found))
    yield "exploration.tsv", _Text(tsv(found))
    yield "chart.svg", _Picture(drawing, PictureFormat.SVG)
    yield "chart.png", _Picture(drawing, PictureFormat.PNG)
    yield "chart-calm.svg", _Picture(calm, PictureFormat.SVG)
