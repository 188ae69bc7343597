"""Drawings for the evaluation page, as SVG: calibration, thresholds, confusion, a picture."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from html import escape

from rvm_edge.training.average_precision import true_boxes
from rvm_edge.training.calibration import Bin, Confusion
from rvm_edge.training.dataset import CONTAINERS
from rvm_edge.training.evaluation import Judged

_SIDE = 300
_EDGE = 40
_SHOWN = 0.2


def reliability_chart(bins: Sequence[Bin]) -> str:
    """Draw the share of right detections over their confidence; the diagonal would be perfect."""
    points = [(_x(one.confidence), _y(one.right), one) for one in bins]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
    marks = [
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"><title>{one.detections} detections: confidence '
        f"{one.confidence:.2f}, right {one.right:.2f}</title></circle>"
        for x, y, one in points
    ]
    body = [
        f'<line class="even" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>',
        f'<polyline points="{line}"/>',
        *marks,
        *_axes("confidence", "share that is right"),
    ]
    return _svg("Calibration", _SIDE + 2 * _EDGE, _SIDE + 2 * _EDGE, body)


def confusion_chart(confusion: Confusion) -> str:
    """Draw the matrix; a cell's shade is its share of its row."""
    labels, cell, left = confusion.labels, 52, 110
    body = []
    for row, counts in enumerate(confusion.counts):
        y = left + row * cell
        body.append(_text(left - 8, y + cell / 2 + 4, labels[row], "end"))
        body.append(_text(left + row * cell + cell / 2, left - 10, labels[row], "middle", turn=-30))
        for column, count in enumerate(counts):
            x, share = left + column * cell, count / max(1, sum(counts))
            body.append(
                f'<rect class="cell" x="{x}" y="{y}" width="{cell}" height="{cell}" '
                f'fill-opacity="{share:.2f}"/>'
            )
            if count:
                body.append(_text(x + cell / 2, y + cell / 2 + 4, str(count), "middle"))
    size = left + len(labels) * cell + 10
    return _svg("What containers were taken for", size + 30, size, body)


def picture_drawing(judged: Judged, jpeg: bytes) -> str:
    """Draw a picture with the labelled boxes dashed and the found ones solid."""
    width, height = judged.observed.size
    data = base64.b64encode(jpeg).decode("ascii")
    body = [f'<image href="data:image/jpeg;base64,{data}" width="{width}" height="{height}"/>']
    for label in CONTAINERS:
        body += [_box(box, "true") for box in true_boxes(judged.observed, label)]
    for one in judged.observed.found or ():
        if one.confidence >= _SHOWN:
            body.append(_box(one.box, "found"))
    words = ", ".join(
        f"{one.label} {one.confidence:.2f}"
        for one in judged.observed.found or ()
        if one.confidence >= _SHOWN
    )
    return _svg(words or "nothing found", width, height, body)


def _box(box: tuple[float, float, float, float], kind: str) -> str:
    x1, y1, x2, y2 = box
    return (
        f'<rect class="{kind}" x="{x1:.1f}" y="{y1:.1f}" width="{x2 - x1:.1f}" '
        f'height="{y2 - y1:.1f}"/>'
    )


def _axes(across: str, up: str) -> Iterable[str]:
    for tick in (0, 0.25, 0.5, 0.75, 1):
        yield _text(_x(tick), _y(0) + 18, f"{tick:g}", "middle")
        yield _text(_x(0) - 6, _y(tick) + 4, f"{tick:g}", "end")
    yield f'<rect class="frame" x="{_x(0)}" y="{_y(1)}" width="{_SIDE}" height="{_SIDE}"/>'
    yield _text(_x(0.5), _y(0) + 34, across, "middle")
    yield _text(_x(0), _y(1) - 10, up, "start")


def _x(value: float) -> float:
    return _EDGE + value * _SIDE


def _y(value: float) -> float:
    return _EDGE + (1 - value) * _SIDE


def _text(x: float, y: float, words: str, anchor: str, turn: int = 0) -> str:
    turned = f' transform="rotate({turn} {x:.1f} {y:.1f})"' if turn else ""
    start = "start" if turn else anchor
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{start}"{turned}>{escape(words)}</text>'


def _svg(title: str, width: float, height: float, body: Iterable[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">'
        f"<title>{escape(title)}</title>{''.join(body)}</svg>"
    )
