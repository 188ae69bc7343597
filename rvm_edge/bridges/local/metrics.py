"""Figures in Prometheus' text format, version 0.0.4."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum
from typing import Final

import msgspec

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_IN_HELP = str.maketrans({"\\": "\\\\", "\n": "\\n"})
_IN_LABEL = str.maketrans({"\\": "\\\\", "\n": "\\n", '"': '\\"'})


class Kind(Enum):
    """What a figure does over time."""

    COUNTER = "counter"
    GAUGE = "gauge"


class Sample(msgspec.Struct, frozen=True):
    """One value.

    Attributes:
        value: a number; not-a-number and infinity are allowed.
        labels: by name.
    """

    value: float
    labels: tuple[tuple[str, str], ...] = ()


class Metric(msgspec.Struct, frozen=True):
    """A figure and its values.

    Attributes:
        name: with the unit in it; counters end in ``_total``.
        kind: what it does over time.
        help: one sentence.
        samples: its values; none leaves the figure out.
    """

    name: str
    kind: Kind
    help: str
    samples: tuple[Sample, ...]


def exposition(metrics: Iterable[Metric]) -> str:
    """Return the text that Prometheus reads."""
    lines: list[str] = []
    for metric in metrics:
        if metric.samples:
            lines.append(f"# HELP {metric.name} {metric.help.translate(_IN_HELP)}")
            lines.append(f"# TYPE {metric.name} {metric.kind.value}")
            lines += [f"{metric.name}{_labels(one)} {_number(one.value)}" for one in metric.samples]
    return "\n".join(lines) + "\n"


def _labels(sample: Sample) -> str:
    inside = ",".join(f'{name}="{value.translate(_IN_LABEL)}"' for name, value in sample.labels)
    return f"{{{inside}}}" if inside else ""


def _number(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(int(value)) if float(value).is_integer() and abs(value) < 2**53 else repr(value)
